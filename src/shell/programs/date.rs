//! `date`: the time of the machine, or of a text, in any form.

use super::job::{Job, Outcome};
use crate::shell::dates;

/// Shows a moment.
pub fn main(job: &mut Job) -> Outcome {
    let opts = job.options(
        "d:I::r:Rs:u date=d: iso-8601=I? reference=r: rfc-email=R rfc-2822=R rfc-822=R rfc-3339=&: set=s: \
         utc=u universal=u",
    )?;
    let now = job.now();
    let mut t = now;
    if let Some(text) = opts.value('d') {
        match dates::parse(text, now) {
            Some(parsed) => t = parsed,
            None => {
                let shown = job.quoted(text);
                job.complain(&["invalid date ", &shown]);
                return Err(1);
            }
        }
    } else if let Some(path) = opts.value('r') {
        match job.stat(path) {
            Ok(stat) => t = stat.mtime,
            Err(e) => {
                job.fail_plain(path, e);
                return Err(1);
            }
        }
    }
    let mut format = match (opts.last("IR&"), opts.value('I').or(opts.value('&'))) {
        (Some('R'), _) => "%a, %d %b %Y %H:%M:%S %z",
        (Some('&'), Some("seconds")) => "%Y-%m-%d %H:%M:%S%:z",
        (Some('&'), Some("ns")) => "%Y-%m-%d %H:%M:%S.%N%:z",
        (Some('I'), Some("hours")) => "%Y-%m-%dT%H%:z",
        (Some('I'), Some("minutes")) => "%Y-%m-%dT%H:%M%:z",
        (Some('I'), Some("seconds")) => "%Y-%m-%dT%H:%M:%S%:z",
        (Some('I'), Some("ns")) => "%Y-%m-%dT%H:%M:%S,%N%:z",
        (Some(_), _) => "%Y-%m-%d",
        // What a UTF-8 locale other than C prints is not simulated.
        (None, _) => "%a %b %e %H:%M:%S %Z %Y",
    };
    match opts.args.as_slice() {
        [] => {}
        [one] => match one.strip_prefix('+') {
            Some(given) => format = given,
            None if one.bytes().all(|b| b.is_ascii_digit()) => {
                job.complain(&["cannot set date: Operation not permitted"]);
            }
            None => {
                let shown = job.quoted(one);
                job.complain(&["invalid date ", &shown]);
                return Err(1);
            }
        },
        [_, extra, ..] => return Err(job.extra_operand(extra)),
    }
    if let Some(text) = opts.value('s') {
        match dates::parse(text, now) {
            Some(parsed) => t = parsed,
            None => {
                let shown = job.quoted(text);
                job.complain(&["invalid date ", &shown]);
                return Err(1);
            }
        }
        job.complain(&["cannot set date: Operation not permitted"]);
    }
    job.line(&dates::format(t, format));
    Ok(())
}
