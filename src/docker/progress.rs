//! The progress of pulls and loads, drawn as `jsonmessage.DisplayJSONMessagesStream` does: on a terminal one line
//! an id, rewritten in place; in a pipe one line a change. It must not know what is pulled.

use super::error::CliError;
use super::units::human_size;
use super::Cli;
use crate::engine::api::{JsonMessage, ProgressDetail, Stream};

/// Where progress goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Standard output.
    Out,
    /// Standard error, of an implicit pull.
    Err,
}

/// Shows all of a stream; fails where the stream says so.
pub async fn show(cli: &Cli, mut messages: Stream<JsonMessage>, to: To) -> Result<(), CliError> {
    let fd = if to == To::Out { 1 } else { 2 };
    let mut screen = Screen {
        width: if cli.is_terminal(fd) { Some(cli.size(fd).map_or(200, |s| s.cols)) } else { None },
        ids: Vec::new(),
    };
    while let Some(message) = messages.next().await {
        let text = screen.draw(&message)?;
        match to {
            To::Out => cli.out(&text).await,
            To::Err => cli.err(&text).await,
        }
    }
    Ok(())
}

struct Screen {
    /// Columns; none in a pipe.
    width: Option<u16>,
    /// The ids in the order of their lines.
    ids: Vec<String>,
}

impl Screen {
    fn draw(&mut self, message: &JsonMessage) -> Result<String, CliError> {
        let mut out = String::new();
        let mut up = 0;
        if !message.id.is_empty() && message.progress_detail.is_some() {
            let line = self.ids.iter().position(|id| *id == message.id).unwrap_or_else(|| {
                self.ids.push(message.id.clone());
                if self.width.is_some() {
                    out.push('\n');
                }
                self.ids.len() - 1
            });
            up = self.ids.len() - line;
            if self.width.is_some() {
                out.push_str(&format!("\x1b[{up}A"));
            }
        } else {
            self.ids.clear();
        }
        if let Some(error) = &message.error_detail {
            return Err(CliError::new(1, error.message.clone()));
        }
        out.push_str(&self.line(message));
        if !message.id.is_empty() && self.width.is_some() && up > 0 {
            out.push_str(&format!("\x1b[{up}B"));
        }
        Ok(out)
    }

    fn line(&self, message: &JsonMessage) -> String {
        let id = if message.id.is_empty() { String::new() } else { format!("{}: ", message.id) };
        let status = &message.status;
        match (&message.progress_detail, &message.stream, self.width) {
            (Some(detail), None, Some(width)) => format!("\x1b[2K\r{id}{status} {}\r", bar(detail, width)),
            (Some(detail), None, None) if !bar(detail, 0).is_empty() => String::new(),
            (_, Some(text), _) => format!("{id}{text}"),
            _ => format!("{id}{status}\n"),
        }
    }
}

/// `[====>    ]  1.2MB/28MB`; narrower terminals get the numbers alone.
fn bar(detail: &ProgressDetail, width: u16) -> String {
    let (current, total) = (detail.current.unwrap_or(0), detail.total.unwrap_or(0));
    match (current, total) {
        (0, 0) => return String::new(),
        (_, 0) => return format!("{:>8}", human_size(current)),
        _ => {}
    }
    let done = ((current as f64 / total as f64 * 100.0) as usize / 2).min(50);
    let bar = if width > 110 { format!("[{}>{}] ", "=".repeat(done), " ".repeat(50 - done)) } else { String::new() };
    let numbers = format!("{:>8}", human_size(current));
    if current > total {
        return bar + &numbers;
    }
    format!("{bar}{numbers}/{}", human_size(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(width: Option<u16>, messages: &[JsonMessage]) -> String {
        let mut screen = Screen { width, ids: Vec::new() };
        messages.iter().map(|m| screen.draw(m).unwrap()).collect()
    }

    fn pull() -> Vec<JsonMessage> {
        let moving = |id: &str, current, total| JsonMessage {
            progress_detail: Some(ProgressDetail { current: Some(current), total: Some(total) }),
            ..JsonMessage::about(id, "Downloading")
        };
        vec![
            JsonMessage { id: "latest".into(), ..JsonMessage::line("Pulling from library/ubuntu") },
            JsonMessage::about("5af8bf039a30", "Pulling fs layer"),
            JsonMessage::about("48fb820f214a", "Pulling fs layer"),
            moving("48fb820f214a", 522, 522),
            moving("5af8bf039a30", 294_912, 28_706_496),
            JsonMessage::about("5af8bf039a30", "Pull complete"),
            JsonMessage::line("Digest: sha256:d407"),
        ]
    }

    #[test]
    fn a_terminal_rewrites_its_lines() {
        expect_test::expect![[r#""latest: Pulling from library/ubuntu\n\n\u{1b}[1A\u{1b}[2K\r5af8bf039a30: Pulling fs layer \r\u{1b}[1B\n\u{1b}[1A\u{1b}[2K\r48fb820f214a: Pulling fs layer \r\u{1b}[1B\u{1b}[1A\u{1b}[2K\r48fb820f214a: Downloading     522B/522B\r\u{1b}[1B\u{1b}[2A\u{1b}[2K\r5af8bf039a30: Downloading  294.9kB/28.71MB\r\u{1b}[2B\u{1b}[2A\u{1b}[2K\r5af8bf039a30: Pull complete \r\u{1b}[2BDigest: sha256:d407\n""#]]
        .assert_eq(&format!("{:?}", draw(Some(80), &pull())));
    }

    #[test]
    fn a_wide_terminal_has_bars_and_a_pipe_has_none() {
        let wide = draw(Some(120), &pull());
        assert!(wide.contains("Downloading [==================================================>]     522B/522B"));
        assert!(wide.contains(&format!("[>{}]  294.9kB/28.71MB", " ".repeat(50))));
        assert_eq!(
            draw(None, &pull()),
            "latest: Pulling from library/ubuntu\n5af8bf039a30: Pulling fs layer\n48fb820f214a: Pulling fs layer\n\
             5af8bf039a30: Pull complete\nDigest: sha256:d407\n"
        );
    }
}
