//! `php`, of which there is the version alone: no PHP runs here, and it says so.

use super::job::{Job, Outcome};
use crate::shell::dates;

/// The version of the teaching image.
pub const VERSION: &str = "7.4.12";

/// `php`.
pub fn main(job: &mut Job) -> Outcome {
    if !matches!(job.args.first().map(String::as_str), Some("-v" | "--version")) {
        job.complain(&["only -v is there: this simulation runs no PHP"]);
        return Err(1);
    }
    let made = job.stat(&job.proc.exe()).map_or(job.now(), |stat| stat.mtime);
    let made = dates::format(made, "%b %e %Y %H:%M:%S");
    job.out(&["PHP ", VERSION, " (cli) (built: ", &made, ") ( NTS )\nCopyright (c) The PHP Group\n"].concat());
    job.out("Zend Engine v3.4.0, Copyright (c) Zend Technologies\n");
    Ok(())
}
