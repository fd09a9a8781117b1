//! `sudo`: a command as somebody else, where `/etc/sudoers` allows it. Its own file's setuid bit is what gives it the
//! right; who takes that away takes sudo away. There are no passwords: a rule without `NOPASSWD:` is none.

use super::job::{Job, Outcome};
use super::options::{self, Parsed};
use crate::kernel::users::{self, User};
use crate::kernel::{which, Cred, Spawn};
use crate::layerfs::{Vfs, Who};

const USAGE: &str = "usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user]
            [command [arg ...]]
usage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g
            group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user]
            [VAR=value] [-i | -s] [command [arg ...]]
usage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group]
            [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...
";

/// Where commands are searched for, unless the rules say otherwise.
const SECURE_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What stays of the caller's environment.
const KEPT: [&str; 5] = ["COLORS", "DISPLAY", "LANG", "LS_COLORS", "TERM"];

/// `sudo`.
pub async fn main(job: &mut Job) -> Outcome {
    let args = std::mem::take(&mut job.args);
    let opts = match options::parse(
        "+EHKVg:ikKlnsu:v preserve-env=E set-home=H login=i shell=s user=u: group=g: \
         list=l validate=v non-interactive=n reset-timestamp=k remove-timestamp=K version=V",
        &args,
    ) {
        Ok(opts) => opts,
        Err(words) => {
            job.complain(&[&words]);
            return Err(misused(job));
        }
    };
    if opts.has('V') {
        job.out("Sudo version 1.9.13p3\n");
        return Ok(());
    }
    if opts.has('K') || (opts.has('k') && opts.args.is_empty()) {
        return if opts.has('K') && !opts.args.is_empty() { Err(misused(job)) } else { Ok(()) };
    }
    let shell = opts.has('i') || opts.has('s');
    if opts.args.is_empty() && !shell && !opts.has('l') && !opts.has('v') {
        return Err(misused(job));
    }
    let Some((caller, rule)) = allowed(job) else { return Err(1) };
    if opts.has('v') {
        return Ok(());
    }
    if opts.has('l') {
        list(job, &caller, &rule);
        return Ok(());
    }
    let Some((target, cred)) = target(job, &opts, &caller) else { return Err(1) };
    let mut words = opts.args.clone();
    let assigned = words.iter().take_while(|word| word.contains('=')).count();
    let set: Vec<String> = words.drain(..assigned).collect();
    let argv = match shell {
        true => in_shell(&shell_of(job, &opts, &target), &words),
        false => words,
    };
    let name = argv.first().cloned().unwrap_or_default();
    let found = as_root(job, |vfs, who| which(vfs, who, &name, SECURE_PATH));
    let Some(path) = found else {
        job.complain(&[&name, ": command not found"]);
        if name == "cd" {
            job.complain(&["\"cd\" is a shell built-in command, it cannot be run directly."]);
            job.complain(&["the -s option may be used to run a privileged shell."]);
            job.complain(&["the -D option may be used to run a command in a specific directory."]);
        }
        return Err(1);
    };
    let mut spawn = job.proc.child(argv);
    spawn.env = environment(job, &opts, &caller, &target, &spawn, &path, &set);
    if opts.has('i') {
        spawn.cwd.clone_from(&target.home);
        if let Some(first) = spawn.argv.first_mut() {
            *first = format!("-{}", path.rsplit('/').next().unwrap_or(&path));
        }
    }
    spawn.cred = cred;
    spawn.path = Some(path.clone());
    job.flush().await;
    match job.proc.spawn(spawn) {
        Ok(child) => Err(child.wait().await.code()),
        Err(error) => {
            job.complain(&["unable to execute ", &path, ": ", &error.errno().to_string()]);
            Err(1)
        }
    }
}

fn misused(job: &mut Job) -> i32 {
    job.err(USAGE);
    1
}

/// What root sees.
fn as_root<R>(job: &Job, look: impl FnOnce(&Vfs, &Who<'_>) -> R) -> R {
    job.proc.fs(|vfs, who| look(vfs, &Who { uid: 0, gid: 0, groups: &[], ..*who }))
}

/// Who calls, and the rule that allows it; none, and the reason is said, where it is not.
fn allowed(job: &mut Job) -> Option<(User, String)> {
    let exe = job.proc.exe();
    let setuid =
        as_root(job, |vfs, who| vfs.stat(who, &exe).is_ok_and(|stat| stat.uid == 0 && stat.mode & 0o4000 != 0));
    let cred = job.proc.cred();
    if !setuid && cred.uid != 0 {
        job.complain(&[&exe, " must be owned by uid 0 and have the setuid bit set"]);
        return None;
    }
    let Some(caller) = as_root(job, |vfs, who| users::by_uid(vfs, who, cred.uid)) else {
        job.complain(&["you do not exist in the passwd database"]);
        return None;
    };
    let groups = as_root(job, users::groups);
    let belongs =
        |name: &str| groups.iter().any(|g| g.name == name && (g.gid == caller.gid || g.members.contains(&caller.name)));
    let text = as_root(job, |vfs, who| vfs.blob(who, "/etc/sudoers").map(|blob| blob.to_vec()));
    let Ok(text) = text else {
        job.complain(&["unable to open /etc/sudoers: No such file or directory"]);
        return None;
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let rule = text.lines().rev().find_map(|line| {
        let (who, rest) = line.trim().split_once(|c: char| c.is_whitespace())?;
        let named = who == "ALL" || who == caller.name || who.strip_prefix('%').is_some_and(belongs);
        Some(rest.split_once('=')?.1.trim().to_owned()).filter(|_| named && !who.starts_with('#'))
    });
    match rule {
        Some(rule) if caller.uid == 0 || rule.contains("NOPASSWD:") => Some((caller, rule)),
        Some(_) => {
            job.complain(&["a password is required"]);
            None
        }
        None if caller.uid == 0 => Some((caller, "(ALL : ALL) ALL".to_owned())),
        None => {
            let line = format!(
                "{} is not in the sudoers file.\nThis incident has been reported to the administrator.\n",
                caller.name
            );
            job.err(&line);
            None
        }
    }
}

fn list(job: &mut Job, caller: &User, rule: &str) {
    let host = job.proc.system().hostname();
    let path = SECURE_PATH.replace(':', "\\:");
    let (name, rule) = (&caller.name, rule.replacen("(ALL:ALL)", "(ALL : ALL)", 1));
    let text = format!(
        "Matching Defaults entries for {name} on {host}:\n    env_reset, mail_badpass, secure_path={path}, use_pty\n\n\
         User {name} may run the following commands on {host}:\n    {rule}\n"
    );
    job.out(&text);
}

/// Whom to become.
fn target(job: &mut Job, opts: &Parsed, caller: &User) -> Option<(User, Cred)> {
    let group_only = opts.value('u').is_none() && opts.value('g').is_some();
    let name = if group_only { caller.name.as_str() } else { opts.value('u').unwrap_or("root") };
    let found = as_root(job, |vfs, who| match name.strip_prefix('#').and_then(|uid| uid.parse().ok()) {
        Some(uid) => users::by_uid(vfs, who, uid),
        None => users::by_name(vfs, who, name),
    });
    let Some(user) = found else {
        job.complain(&["unknown user ", name]);
        job.complain(&["error initializing audit plugin sudoers_audit"]);
        return None;
    };
    let groups = as_root(job, users::groups);
    let mut cred = Cred { uid: user.uid, gid: user.gid, groups: vec![user.gid] };
    cred.groups.extend(groups.iter().filter(|g| g.members.contains(&user.name)).map(|g| g.gid));
    if let Some(name) = opts.value('g') {
        let Some(group) = groups.iter().find(|g| g.name == name) else {
            job.complain(&["unknown group ", name]);
            job.complain(&["error initializing audit plugin sudoers_audit"]);
            return None;
        };
        cred.gid = group.gid;
    }
    Some((user, cred))
}

fn shell_of(job: &Job, opts: &Parsed, target: &User) -> String {
    let own = job.proc.env("SHELL").filter(|_| !opts.has('i'));
    own.filter(|shell| !shell.is_empty()).unwrap_or_else(|| target.shell.clone())
}

/// A shell, with the words as one command that says the same again.
fn in_shell(shell: &str, words: &[String]) -> Vec<String> {
    let mut argv = vec![shell.to_owned()];
    if !words.is_empty() {
        let escaped = words.iter().map(|word| {
            word.chars().flat_map(|c| {
                let plain = c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
                (!plain).then_some('\\').into_iter().chain([c])
            })
        });
        let escaped: Vec<String> = escaped.map(Iterator::collect).collect();
        argv.extend(["-c".to_owned(), escaped.join(" ")]);
    }
    argv
}

fn environment(
    job: &Job,
    opts: &Parsed,
    caller: &User,
    target: &User,
    spawn: &Spawn,
    path: &str,
    set: &[String],
) -> Vec<(String, String)> {
    let keep = opts.has('E');
    let mut env: Vec<(String, String)> =
        job.proc.environ().into_iter().filter(|(name, _)| keep || KEPT.contains(&name.as_str())).collect();
    let mut put = |name: &str, value: &str, always: bool| match env.iter_mut().find(|(n, _)| n == name) {
        Some(pair) if always => pair.1 = value.to_owned(),
        Some(_) => {}
        None => env.push((name.to_owned(), value.to_owned())),
    };
    put("PATH", SECURE_PATH, true);
    put("MAIL", &format!("/var/mail/{}", target.name), !keep);
    put("LOGNAME", &target.name, !keep);
    put("USER", &target.name, !keep);
    put("HOME", &target.home, !keep || opts.has('H'));
    put("SHELL", &target.shell, !keep);
    let command: Vec<&str> = std::iter::once(path).chain(spawn.argv.iter().skip(1).map(String::as_str)).collect();
    put("SUDO_COMMAND", &command.join(" "), true);
    put("SUDO_USER", &caller.name, true);
    put("SUDO_UID", &caller.uid.to_string(), true);
    put("SUDO_GID", &caller.gid.to_string(), true);
    for (name, value) in set.iter().filter_map(|word| word.split_once('=')) {
        put(name, value, true);
    }
    env
}
