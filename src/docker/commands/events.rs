//! `docker events`: what happens, as it happens.

use super::super::error::CliError;
use super::super::template::{Functions, MissingKey, Template, Value};
use super::super::{units, Args, Cli, Running};
use super::filters;
use super::inspect::json;
use crate::ambient::Time;
use crate::engine::api::{Event, EventsOptions};
use std::rc::Rc;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let bad = |message: String| CliError::new(64, format!("Error parsing format: {message}"));
        let format = args.text("format");
        let template = match format {
            "" => None,
            text => Some(Template::parse("", text).map_err(bad)?),
        };
        let options = EventsOptions {
            since: moment(&cli, args.text("since"))?,
            until: moment(&cli, args.text("until"))?,
            filters: filters(args.all("filter")),
        };
        let mut events = cli.engine.events(options).await?;
        while let Some(event) = events.next().await {
            let mut line = String::new();
            match &template {
                None => line = text(&event),
                Some(template) => {
                    let value = value(&event)?;
                    template.execute(&value, MissingKey::NoValue, Functions::Real, &mut line).map_err(bad)?;
                }
            }
            cli.out(&(line + "\n")).await;
        }
        Ok(0)
    })
}

fn moment(cli: &Cli, text: &str) -> Result<Option<Time>, CliError> {
    if text.is_empty() {
        return Ok(None);
    }
    let time = units::parse_moment(text, cli.now());
    let sentence = || CliError::new(1, format!("failed to parse value as time or duration: {text:?}"));
    time.map(Some).ok_or_else(sentence)
}

fn text(event: &Event) -> String {
    let time = Time(event.time_nano).rfc3339_fixed();
    let attributes: Vec<String> = event.actor.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let attributes = if attributes.is_empty() { String::new() } else { format!(" ({})", attributes.join(", ")) };
    format!("{time} {} {} {}{attributes}", event.kind, event.action, event.actor.id)
}

/// The message as Go has it: `.Status`, `.ID`, `.From`, `.Type`, `.Action`, `.Actor`, `.Scope`, `.Time`, `.TimeNano`.
fn value(event: &Event) -> Result<Value, CliError> {
    let Value::Struct(_, fields) = super::inspect::typed("Message", &json(event)?) else { return Ok(Value::Nil) };
    let mut fields = (*fields).clone();
    let text = |text: &Option<String>| Value::from(text.clone().unwrap_or_default());
    fields.extend([
        ("\0Status".into(), text(&event.status)),
        ("\0ID".into(), text(&event.id)),
        ("\0From".into(), text(&event.from)),
        ("\0Scope".into(), event.scope.into()),
        ("\0Time".into(), Value::Int(event.time)),
        ("\0TimeNano".into(), Value::Int(event.time_nano)),
    ]);
    Ok(Value::Struct("*events.Message", Rc::new(fields)))
}
