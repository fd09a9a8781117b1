//! Users and groups, read from `/etc/passwd` and `/etc/group` of whatever file system is asked, as libc does and as Docker
//! does for `--user`, with the rights of who asks. Nothing is remembered: the files may change.

use super::process::Cred;
use crate::layerfs::{Vfs, Who};

/// A line of `/etc/passwd`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its group's number.
    pub gid: u32,
    /// Full name and the like.
    pub gecos: String,
    /// Home directory.
    pub home: String,
    /// Shell.
    pub shell: String,
}

/// A line of `/etc/group`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
    /// Names of those who belong to it besides those whose own group it is.
    pub members: Vec<String>,
}

/// Why `--user` could not be understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserError {
    /// There is no such user.
    NoUser,
    /// There is no such group.
    NoGroup,
}

/// Nobody has more users than this many bytes can tell of, but a file of that name may be as long as any.
const MOST: usize = 1 << 20;

fn read(vfs: &Vfs, who: &Who<'_>, path: &str) -> String {
    let blob = vfs.blob(who, path);
    blob.map(|blob| String::from_utf8_lossy(&blob.read_at(0, MOST)).into_owned()).unwrap_or_default()
}

/// The users, in the order of the file. Lines that are none are left out.
pub fn users(vfs: &Vfs, who: &Who<'_>) -> Vec<User> {
    read(vfs, who, "/etc/passwd").lines().filter_map(parse_user).collect()
}

/// The groups, in the order of the file.
pub fn groups(vfs: &Vfs, who: &Who<'_>) -> Vec<Group> {
    read(vfs, who, "/etc/group").lines().filter_map(parse_group).collect()
}

fn parse_user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
    fields.next()?;
    let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let mut rest = || fields.next().unwrap_or_default().to_string();
    Some(User { name: name.to_string(), uid, gid, gecos: rest(), home: rest(), shell: rest() })
}

fn parse_group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
    fields.next()?;
    let gid = fields.next()?.parse().ok()?;
    let members = fields.next().unwrap_or_default().split(',').filter(|m| !m.is_empty()).map(str::to_string);
    Some(Group { name: name.to_string(), gid, members: members.collect() })
}

/// The user of that name.
pub fn by_name(vfs: &Vfs, who: &Who<'_>, name: &str) -> Option<User> {
    users(vfs, who).into_iter().find(|user| user.name == name)
}

/// The user of that number.
pub fn by_uid(vfs: &Vfs, who: &Who<'_>, uid: u32) -> Option<User> {
    users(vfs, who).into_iter().find(|user| user.uid == uid)
}

/// Who `user[:group]` is, each by name or number, as `docker run --user` and `USER` take it: an unknown number is
/// taken as it is, with group 0; an unknown name is an error. Also gives the home directory (`/` where there is none).
pub fn resolve(vfs: &Vfs, who: &Who<'_>, spec: &str) -> Result<(Cred, String), UserError> {
    let (user, group) = spec.split_once(':').map_or((spec, None), |(user, group)| (user, Some(group)));
    let all = users(vfs, who);
    let number = user.parse::<u32>().ok();
    let known = match user {
        "" => all.into_iter().find(|known| known.uid == 0),
        _ => all.into_iter().find(|known| known.name == user || number == Some(known.uid)),
    };
    let uid = match (&known, number) {
        (Some(known), _) => known.uid,
        (None, Some(number)) => number,
        (None, None) if user.is_empty() => 0,
        (None, None) => return Err(UserError::NoUser),
    };
    let all_groups = groups(vfs, who);
    let mut cred = Cred { uid, gid: known.as_ref().map_or(0, |known| known.gid), groups: Vec::new() };
    match group.filter(|group| !group.is_empty()) {
        Some(group) => {
            let found = all_groups.iter().find(|g| g.name == group).map(|g| g.gid);
            cred.gid = found.or_else(|| group.parse().ok()).ok_or(UserError::NoGroup)?;
        }
        None => {
            let belongs = |g: &&Group| known.as_ref().is_some_and(|known| g.members.contains(&known.name));
            cred.groups = all_groups.iter().filter(belongs).map(|g| g.gid).collect();
        }
    }
    Ok((cred, known.map(|known| known.home).filter(|home| !home.is_empty()).unwrap_or_else(|| "/".to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_and_leaves_out_what_is_none() {
        let user = parse_user("www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin").unwrap();
        assert_eq!((user.uid, user.home.as_str(), user.shell.as_str()), (33, "/var/www", "/usr/sbin/nologin"));
        assert_eq!(parse_user("# a comment"), None);
        assert_eq!(parse_user("broken:x:no:1"), None);
        assert_eq!(parse_group("adm:x:4:syslog,ana").unwrap().members, ["syslog", "ana"]);
        assert_eq!(parse_group("tty:x:5:").unwrap().members, Vec::<String>::new());
    }
}
