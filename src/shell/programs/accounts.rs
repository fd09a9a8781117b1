//! Users and groups by name and by number, from `/etc/passwd` and `/etc/group` of the file system that a program
//! sees. It must not cache: the files are the student's to change.

use super::job::Job;

/// What the two files say.
pub struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
}

/// A line of `/etc/passwd`.
pub struct User {
    /// Login name.
    pub name: String,
    /// Number.
    pub uid: u32,
    /// Number of the login group.
    pub gid: u32,
}

/// A line of `/etc/group`.
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
    /// Names of the members beyond those whose login group it is.
    pub members: Vec<String>,
}

impl Accounts {
    /// Reads both files; a line that is wrong is left out.
    pub fn load(job: &Job) -> Accounts {
        let users = job.small_file("/etc/passwd").lines().filter_map(user).collect();
        let groups = job.small_file("/etc/group").lines().filter_map(group).collect();
        Accounts { users, groups }
    }

    /// The user of this number.
    pub fn user(&self, uid: u32) -> Option<&User> {
        self.users.iter().find(|u| u.uid == uid)
    }

    /// The user of this name.
    pub fn user_named(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|u| u.name == name)
    }

    /// The group of this number.
    pub fn group(&self, gid: u32) -> Option<&Group> {
        self.groups.iter().find(|g| g.gid == gid)
    }

    /// The group of this name.
    pub fn group_named(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|g| g.name == name)
    }

    /// A user's name, or its number where it has none.
    pub fn user_name(&self, uid: u32) -> String {
        self.user(uid).map_or_else(|| uid.to_string(), |u| u.name.clone())
    }

    /// A group's name, or its number where it has none.
    pub fn group_name(&self, gid: u32) -> String {
        self.group(gid).map_or_else(|| gid.to_string(), |g| g.name.clone())
    }

    /// All groups of a user: the login group first, then those that list it.
    pub fn groups_of(&self, user: &User) -> Vec<u32> {
        let mut all = vec![user.gid];
        for group in &self.groups {
            if group.members.contains(&user.name) && !all.contains(&group.gid) {
                all.push(group.gid);
            }
        }
        all
    }
}

fn user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_string();
    let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(User { name, uid, gid })
}

fn group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_string();
    let gid = fields.nth(1)?.parse().ok()?;
    let members = fields.next().unwrap_or("").split(',').filter(|m| !m.is_empty()).map(str::to_string).collect();
    Some(Group { name, gid, members })
}
