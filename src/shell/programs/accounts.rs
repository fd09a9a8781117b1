//! Users and groups by name and by number, from `/etc/passwd` and `/etc/group` of the file system that a program
//! sees. They are the student's to change: what was read is good for one run of a program.

use super::job::Job;
use crate::kernel::users::{self, Group, User};

/// What the two files say.
#[derive(Default)]
pub struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
}

impl Accounts {
    /// Reads both files.
    pub fn load(job: &Job) -> Accounts {
        job.proc.fs(|vfs, who| Accounts { users: users::users(vfs, who), groups: users::groups(vfs, who) })
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
