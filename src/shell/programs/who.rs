//! `id`, `whoami`, `groups` and `logname`: who a process is.

use super::accounts::Accounts;
use super::job::{Job, Outcome};

/// `id`.
pub fn id(job: &mut Job) -> Outcome {
    let opts = job.options("aGgnru groups=G group=g name=n real=r user=u")?;
    let accounts = Accounts::load(job);
    let cred = job.proc.cred();
    if opts.args.is_empty() {
        return show(job, &opts, &accounts, (cred.uid, cred.gid, all_groups(cred.gid, &cred.groups)));
    }
    for name in &opts.args {
        let number = name.parse().ok();
        match accounts.user_named(name).or_else(|| number.and_then(|n| accounts.user(n))) {
            Some(user) => show(job, &opts, &accounts, (user.uid, user.gid, accounts.groups_of(user)))?,
            None if job.busybox() => job.complain(&["unknown user ", name]),
            None => {
                let shown = job.quoted(name);
                job.complain(&[&shown, ": no such user"]);
            }
        }
    }
    Ok(())
}

fn all_groups(gid: u32, others: &[u32]) -> Vec<u32> {
    let mut all = vec![gid];
    all.extend(others.iter().filter(|g| **g != gid));
    all
}

fn show(
    job: &mut Job,
    opts: &super::options::Parsed,
    accounts: &Accounts,
    (uid, gid, groups): (u32, u32, Vec<u32>),
) -> Outcome {
    let names = opts.has('n');
    let group_name = |gid: u32| if names { accounts.group_name(gid) } else { gid.to_string() };
    match opts.last("Ggu") {
        Some(_) if opts.opts.iter().filter(|(k, _)| "Ggu".contains(*k)).any(|(k, _)| Some(*k) != opts.last("Ggu")) => {
            job.complain(&["cannot print \"only\" of more than one choice"]);
            return Err(1);
        }
        None if names || opts.has('r') => {
            job.complain(&["cannot print only names or real IDs in default format"]);
            return Err(1);
        }
        Some('u') => job.line(&if names { accounts.user_name(uid) } else { uid.to_string() }),
        Some('g') => job.line(&group_name(gid)),
        Some(_) => job.line(&groups.iter().map(|g| group_name(*g)).collect::<Vec<_>>().join(" ")),
        None => {
            let named = |n: u32, name: Option<&str>| match name {
                Some(name) => [&n.to_string(), "(", name, ")"].concat(),
                None => n.to_string(),
            };
            let group = |g: u32| named(g, accounts.group(g).map(|g| g.name.as_str()));
            let list: Vec<String> = groups.iter().map(|g| group(*g)).collect();
            let user = named(uid, accounts.user(uid).map(|u| u.name.as_str()));
            // BusyBox shows only what the process has beyond its own group.
            let none = job.busybox() && groups.len() < 2;
            let tail = if none { String::new() } else { [" groups=", &list.join(",")].concat() };
            job.line(&["uid=", &user, " gid=", &group(gid), &tail].concat());
        }
    }
    Ok(())
}

/// `whoami`.
pub fn whoami(job: &mut Job) -> Outcome {
    let opts = job.options("")?;
    if let Some(extra) = opts.args.first() {
        return Err(job.extra_operand(extra));
    }
    let uid = job.proc.cred().uid;
    match Accounts::load(job).user(uid) {
        Some(user) => job.line(&user.name),
        None if job.busybox() => job.complain(&["unknown uid ", &uid.to_string()]),
        None => job.complain(&["cannot find name for user ID ", &uid.to_string()]),
    }
    Ok(())
}

/// `groups`.
pub fn groups(job: &mut Job) -> Outcome {
    let opts = job.options("")?;
    let accounts = Accounts::load(job);
    let list = |groups: &[u32]| groups.iter().map(|g| accounts.group_name(*g)).collect::<Vec<_>>().join(" ");
    if opts.args.is_empty() {
        let cred = job.proc.cred();
        job.line(&list(&all_groups(cred.gid, &cred.groups)));
    }
    for name in &opts.args {
        match accounts.user_named(name) {
            Some(user) => job.line(&[name, " : ", &list(&accounts.groups_of(user))].concat()),
            None => {
                let shown = job.quoted(name);
                job.complain(&[&shown, ": no such user"]);
            }
        }
    }
    Ok(())
}
