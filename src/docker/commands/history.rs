//! `docker history`: the steps that made an image, the newest first.

use super::super::table::{fields, render, Listing};
use super::super::{units, Args, Cli, Running};
use crate::ambient::Time;

const HEADINGS: &[(&str, &str)] = &[
    ("ID", "IMAGE"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("CreatedBy", "CREATED BY"),
    ("Size", "SIZE"),
    ("Comment", "COMMENT"),
];

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let items = cli.engine.image_history(args.arg(0)).await?;
        let (full, human, now) = (args.on("no-trunc"), args.switch("human").unwrap_or(true), cli.now());
        let format = match args.text("format") {
            "" | "table" if args.on("quiet") => "{{.ID}}",
            "" | "table" if human => "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
            "" | "table" => "table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
            format => format,
        };
        let rows = items.iter().map(|item| {
            let at = Time::from_secs(item.created).rfc3339_nano();
            let by = item.created_by.replace('\t', " ");
            let id = if full { item.id.as_str() } else { units::short_id(&item.id) };
            fields([
                ("ID", id.to_owned()),
                ("CreatedSince", if human { units::ago(now, item.created) } else { at.clone() }),
                ("CreatedAt", at),
                ("CreatedBy", if full { by } else { units::ellipsis(&by, 45) }),
                ("Size", if human { units::human_size3(item.size) } else { item.size.to_string() }),
                ("Comment", item.comment.clone()),
            ])
        });
        let listing = Listing { type_name: "*image.historyContext", headings: HEADINGS, rows: rows.collect() };
        cli.out(&render(format, listing)?).await;
        Ok(0)
    })
}
