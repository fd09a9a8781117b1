//! `docker images`: one row a name of an image.

use super::super::table::{fields, render, Listing};
use super::super::template::Fields;
use super::super::{units, Args, Cli, Running};
use super::filters;
use crate::ambient::Time;
use crate::engine::api::{ImageListOptions, ImageSummary};

const HEADINGS: &[(&str, &str)] = &[
    ("ID", "IMAGE ID"),
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("Digest", "DIGEST"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("Size", "SIZE"),
    ("Containers", "CONTAINERS"),
    ("VirtualSize", "SIZE"),
    ("SharedSize", "SHARED SIZE"),
    ("UniqueSize", "UNIQUE SIZE"),
];

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let mut filters = filters(args.all("filter"));
        if let Some(reference) = args.rest.first() {
            filters.add("reference", reference);
        }
        let images = cli.engine.images(ImageListOptions { all: args.on("all"), filters }).await?;
        let (quiet, digests) = (args.on("quiet"), args.on("digests"));
        let format = format(args.text("format"), quiet, digests);
        let view = View {
            now: cli.now(),
            full: args.on("no-trunc"),
            rows: digests,
            digests: digests || format.contains("{{.Digest}}"),
        };
        let rows = images.iter().flat_map(|image| view.rows(image)).collect();
        cli.out(&render(&format, listing(rows))?).await;
        Ok(0)
    })
}

/// The rows as a listing; `system df -v` shows the same.
pub fn listing(rows: Vec<Fields>) -> Listing {
    Listing { type_name: "*formatter.imageContext", headings: HEADINGS, rows }
}

fn format(given: &str, quiet: bool, digests: bool) -> String {
    let digest = if digests { "\t{{.Digest}}" } else { "" };
    let created = "{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}";
    match given {
        "" | "table" | "raw" if quiet => if given == "raw" { "image_id: {{.ID}}" } else { "{{.ID}}" }.to_owned(),
        "" | "table" => {
            format!("table {{{{.Repository}}}}\t{{{{.Tag}}}}{digest}\t{{{{.ID}}}}\t{created}\t{{{{.Size}}}}")
        }
        "raw" => {
            let digest = if digests { "digest: {{.Digest}}\n" } else { "" };
            format!(
                "repository: {{{{.Repository}}}}\ntag: {{{{.Tag}}}}\n{digest}image_id: {{{{.ID}}}}\n\
                 created_at: {{{{.CreatedAt}}}}\nvirtual_size: {{{{.Size}}}}\n"
            )
        }
        _ if given.starts_with("table") && digests && !given.contains("{{.Digest}}") => format!("{given}{digest}"),
        _ => given.to_owned(),
    }
}

/// How images are turned into rows.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The moment that ages are counted to.
    pub now: Time,
    /// Whole ids.
    pub full: bool,
    /// A row for each digest that has no tag.
    pub rows: bool,
    /// Digests beside tags.
    pub digests: bool,
}

impl View {
    /// An image's rows, one a name.
    pub fn rows(&self, image: &ImageSummary) -> Vec<Fields> {
        names(image, self.rows, self.digests).iter().map(|name| self.row(image, name)).collect()
    }

    fn row(&self, image: &ImageSummary, (repository, tag, digest): &Name) -> Fields {
        let count = |n: i64| if n < 0 { "N/A".to_owned() } else { n.to_string() };
        let size = |n: i64, of: i64| u64::try_from(of).ok().filter(|_| n >= 0).map_or("N/A".into(), units::human_size);
        let id = if self.full { image.id.as_str() } else { units::short_id(&image.id) };
        let unique = image.size as i64 - image.shared_size;
        fields([
            ("ID", id.to_owned()),
            ("Repository", repository.clone()),
            ("Tag", tag.clone()),
            ("Digest", digest.clone()),
            ("CreatedSince", units::ago(self.now, image.created)),
            ("CreatedAt", units::date_time(image.created)),
            ("Size", units::human_size3(image.size)),
            ("Containers", count(image.containers)),
            ("VirtualSize", units::human_size(image.virtual_size)),
            ("SharedSize", size(image.shared_size, image.shared_size)),
            ("UniqueSize", size(image.shared_size, unique)),
        ])
    }
}

type Name = (String, String, String);

const NONE: &str = "<none>";

/// The repository, tag and digest of each row, as `imageFormatTaggedAndDigest` of the 20.10 client makes them.
fn names(image: &ImageSummary, rows: bool, beside: bool) -> Vec<Name> {
    let tags = image.repo_tags.as_deref().unwrap_or(&[]);
    let digests = image.repo_digests.as_deref().unwrap_or(&[]);
    let mut out = Vec::new();
    let real_tags: Vec<(&str, &str)> =
        tags.iter().filter_map(|t| t.rsplit_once(':')).filter(|(r, _)| *r != NONE).collect();
    let mut left: Vec<(&str, &str)> =
        digests.iter().filter_map(|d| d.split_once('@')).filter(|(r, _)| *r != NONE).collect();
    if real_tags.is_empty() && left.is_empty() {
        return vec![(NONE.into(), NONE.into(), NONE.into())];
    }
    for (repository, tag) in real_tags {
        let own: Vec<&str> = digests
            .iter()
            .filter_map(|d| d.split_once('@'))
            .filter(|(r, _)| *r == repository)
            .map(|(_, d)| d)
            .collect();
        left.retain(|(r, _)| *r != repository);
        if own.is_empty() || !beside {
            out.push((repository.to_owned(), tag.to_owned(), NONE.to_owned()));
        } else {
            out.extend(own.iter().map(|d| (repository.to_owned(), tag.to_owned(), (*d).to_owned())));
        }
    }
    if !rows {
        left.dedup_by_key(|(repository, _)| *repository);
    }
    out.extend(left.iter().map(|(repository, digest)| {
        ((*repository).to_owned(), NONE.to_owned(), if rows { (*digest).to_owned() } else { String::new() })
    }));
    out
}
