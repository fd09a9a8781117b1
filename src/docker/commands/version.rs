//! `docker version`: the client's version and the engine's.

use super::super::error::CliError;
use super::super::template::{Fields, Functions, MissingKey, Template, Value};
use super::super::{Args, Cli, Running};
use super::inspect::{json, typed};
use crate::engine::api::Version;
use std::rc::Rc;

/// Of the client whose output this is.
pub const CLIENT: &[(&str, &str)] = &[
    ("Version", "20.10.24+dfsg1"),
    ("ApiVersion", "1.41"),
    ("DefaultAPIVersion", "1.41"),
    ("GitCommit", "297e128"),
    ("GoVersion", "go1.19.8"),
    ("Os", "linux"),
    ("Arch", "amd64"),
    ("BuildTime", "Thu May  7 21:09:36 2026"),
    ("Context", "default"),
];

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let format = args.text("format");
        let template = Template::parse("version", format)
            .map_err(|message| CliError::new(64, format!("template parsing error: {message}")))?;
        let server = cli.engine.version().await?;
        if format.is_empty() {
            cli.out(&text(&server)).await;
            return Ok(0);
        }
        let mut out = String::new();
        let result = template.execute(&value(&server)?, MissingKey::NoValue, Functions::Real, &mut out);
        cli.out(&(out + "\n")).await;
        result.map(|()| 0).map_err(|message| CliError::new(1, message))
    })
}

/// The client's half, as templates and JSON have it.
fn client() -> Value {
    let mut fields: Fields =
        vec![("Platform".into(), Value::Struct("struct", Rc::new(vec![("Name".into(), "".into())])))];
    fields.extend(CLIENT.iter().map(|(name, text)| ((*name).into(), (*text).into())));
    fields.push(("Experimental".into(), Value::Bool(true)));
    Value::Struct("system.clientVersion", Rc::new(fields))
}

fn value(server: &Version) -> Result<Value, CliError> {
    let server = match typed("Server", &json(server)?) {
        Value::Struct(_, fields) => Value::Struct("*types.Version", fields),
        other => other,
    };
    Ok(Value::Struct("system.versionInfo", Rc::new(vec![("Client".into(), client()), ("Server".into(), server)])))
}

fn text(server: &Version) -> String {
    let field = |name: &str| CLIENT.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
    let mut out = format!(
        "Client:\n Version:           {}\n API version:       {}\n Go version:        {}\n Git commit:        {}\n \
         Built:             {}\n OS/Arch:           {}/{}\n Context:           {}\n Experimental:      true\n",
        field("Version"),
        field("ApiVersion"),
        field("GoVersion"),
        field("GitCommit"),
        field("BuildTime"),
        field("Os"),
        field("Arch"),
        field("Context"),
    );
    let platform = if server.platform.name.is_empty() { String::new() } else { format!(" {}", server.platform.name) };
    out.push_str(&format!("\nServer:{platform}\n"));
    for component in &server.components {
        let detail = |name: &str| component.details.get(name).map_or("", String::as_str);
        out.push_str(&format!(" {}:\n  Version:          {}\n", component.name, component.version));
        if component.name == "Engine" {
            out.push_str(&format!(
                "  API version:      {} (minimum version {})\n  Go version:       {}\n  Git commit:       {}\n  \
                 Built:            {}\n  OS/Arch:          {}/{}\n  Experimental:     {}\n",
                detail("ApiVersion"),
                detail("MinAPIVersion"),
                detail("GoVersion"),
                detail("GitCommit"),
                detail("BuildTime"),
                detail("Os"),
                detail("Arch"),
                detail("Experimental"),
            ));
        } else {
            for (name, value) in &component.details {
                out.push_str(&format!("  {:<18}{value}\n", format!("{name}:")));
            }
        }
    }
    out
}
