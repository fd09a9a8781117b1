//! `chown` and `chgrp`.

use super::accounts::Accounts;
use super::job::{join, Job, Outcome};
use super::options::Parsed;
use crate::layerfs::FileKind;

const SPEC: &str = "cfhPRv changes=c silent=f quiet=f no-dereference=h dereference=& recursive=R verbose=v \
    reference=!: no-preserve-root=/";

struct Change {
    opts: Parsed,
    uid: Option<u32>,
    gid: Option<u32>,
    accounts: Accounts,
    group_only: bool,
}

/// `chown`.
pub fn main(job: &mut Job) -> Outcome {
    run(job, false)
}

/// `chgrp`.
pub fn chgrp(job: &mut Job) -> Outcome {
    run(job, true)
}

fn run(job: &mut Job, group_only: bool) -> Outcome {
    let mut opts = job.options(SPEC)?;
    let accounts = Accounts::load(job);
    let (uid, gid) = match opts.value('!').map(str::to_string) {
        Some(reference) => match job.stat(&reference) {
            Ok(stat) => ((!group_only).then_some(stat.uid), Some(stat.gid)),
            Err(e) => {
                job.fail("failed to get attributes of", &reference, e);
                return Err(1);
            }
        },
        None => {
            if opts.args.is_empty() {
                return Err(job.missing_operand(None));
            }
            let spec = opts.args.remove(0);
            if opts.args.is_empty() {
                return Err(job.missing_operand(Some(&spec)));
            }
            owner(job, &accounts, &spec, group_only)?
        }
    };
    let paths = std::mem::take(&mut opts.args);
    let change = Change { opts, uid, gid, accounts, group_only };
    paths.iter().for_each(|path| change.one(job, path, true));
    Ok(())
}

/// Reads `user`, `user:group`, `user:` (with the login group) or `:group`, by names or numbers.
fn owner(job: &mut Job, accounts: &Accounts, spec: &str, group_only: bool) -> Result<(Option<u32>, Option<u32>), i32> {
    let (user, group) = if group_only { ("", Some(spec)) } else { split(spec) };
    let invalid = |job: &mut Job, what: &str| {
        if job.busybox() {
            job.complain(&["unknown ", what, " ", if what == "group" { group.unwrap_or("") } else { user }]);
        } else {
            let shown = job.quoted(spec);
            job.complain(&["invalid ", what, ": ", &shown]);
        }
        1
    };
    let mut login_group = None;
    let uid = if user.is_empty() {
        None
    } else if let Some(found) = accounts.user_named(user) {
        login_group = Some(found.gid);
        Some(found.uid)
    } else {
        Some(user.parse().map_err(|_| invalid(job, "user"))?)
    };
    let gid = match group {
        None => None,
        Some("") => login_group,
        Some(name) => match accounts.group_named(name) {
            Some(found) => Some(found.gid),
            None => Some(name.parse().map_err(|_| invalid(job, "group"))?),
        },
    };
    Ok((uid, gid))
}

fn split(spec: &str) -> (&str, Option<&str>) {
    match spec.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (spec, None),
    }
}

impl Change {
    fn one(&self, job: &mut Job, path: &str, operand: bool) {
        let opts = &self.opts;
        let follow = !opts.has('h') && (operand || !opts.has('R'));
        let stat = match if follow { job.stat(path) } else { job.lstat(path) } {
            Ok(stat) => stat,
            Err(e) => {
                let what = if follow && job.lstat(path).is_ok() { "cannot dereference" } else { "cannot access" };
                if opts.has('f') {
                    job.status = 1;
                } else {
                    job.fail(what, path, e);
                }
                return;
            }
        };
        if stat.kind == FileKind::Dir && opts.has('R') {
            match job.proc.fs(|vfs, who| vfs.readdir(who, path)) {
                Ok(names) => names.iter().for_each(|e| self.one(job, &join(path, &e.name), false)),
                Err(e) => job.fail("cannot read directory", path, e),
            }
        }
        match job.proc.fs(|vfs, who| vfs.chown(who, path, self.uid, self.gid, follow)) {
            Err(_) if opts.has('f') => job.status = 1,
            Err(e) => {
                let what = if self.group_only { "changing group of" } else { "changing ownership of" };
                job.fail(if job.busybox() { "" } else { what }, path, e);
            }
            Ok(()) => self.tell(job, path, (stat.uid, stat.gid)),
        }
    }

    fn tell(&self, job: &mut Job, path: &str, old: (u32, u32)) {
        let opts = &self.opts;
        let new = (self.uid.unwrap_or(old.0), self.gid.unwrap_or(old.1));
        let changed = old != new;
        if !(opts.has('v') || opts.has('c') && changed) {
            return;
        }
        let name = |(uid, gid): (u32, u32)| {
            let (user, group) = (self.accounts.user_name(uid), self.accounts.group_name(gid));
            match (self.group_only, self.uid.is_some(), self.gid.is_some()) {
                (true, ..) => group,
                (_, true, false) => user,
                (_, false, true) => [":", &group].concat(),
                _ => [&user, ":", &group].concat(),
            }
        };
        let noun = if self.group_only { "group" } else { "ownership" };
        let shown = job.quoted(path);
        if changed {
            job.line(&["changed ", noun, " of ", &shown, " from ", &name(old), " to ", &name(new)].concat());
        } else {
            job.line(&[noun, " of ", &shown, " retained as ", &name(old)].concat());
        }
    }
}
