//! Random operations on a file system, for the tests that hold ours against another.

use capas::ambient::Ids;
use capas::layerfs::{Errno, OpenFlags, Vfs, Who};

/// One operation; paths are absolute.
#[derive(Clone, Debug)]
pub enum Op {
    Write(String, usize),
    Append(String),
    Touch(String),
    SetLen(String, u64),
    Mkdir(String),
    Rmdir(String),
    Unlink(String),
    RemoveAll(String),
    Rename(String, String),
    Link(String, String),
    Symlink(String, String),
    Chmod(String, u32),
    Chown(String, u32),
}

fn path(ids: &mut Ids) -> String {
    let depth = 1 + ids.below(3);
    (0..depth).map(|_| ["/a", "/b", "/c"][ids.below(3) as usize]).collect()
}

/// Three names, three levels: short enough that operations meet.
pub fn random_op(ids: &mut Ids) -> Op {
    let p = path(ids);
    match ids.below(20) {
        0..=2 => Op::Write(p, ids.below(6000) as usize),
        3 => Op::Append(p),
        4 => Op::Touch(p),
        5 => Op::SetLen(p, ids.below(50)),
        6..=8 => Op::Mkdir(p),
        9 => Op::Rmdir(p),
        10 => Op::Unlink(p),
        11 => Op::RemoveAll(p),
        12..=14 => Op::Rename(p, path(ids)),
        15 | 16 => Op::Link(p, path(ids)),
        17 => Op::Symlink(["a", "b", "c/a", "nosuch"][ids.below(4) as usize].to_owned(), p),
        18 => Op::Chmod(p, [0o600, 0o755, 0o640, 0o1777][ids.below(4) as usize]),
        _ => Op::Chown(p, ids.below(3) as u32),
    }
}

/// Some content.
pub fn data(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 % 251) as u8).collect()
}

/// The operation on the simulated file system, by the calls that the real one gets.
pub fn simulated(vfs: &mut Vfs, who: &Who<'_>, op: &Op) -> Result<(), Errno> {
    let read_write = OpenFlags { create: false, ..OpenFlags::READ_WRITE };
    match op {
        Op::Write(p, len) => {
            let file = vfs.open(who, p, OpenFlags::REWRITE, 0o666)?;
            vfs.write(who, &file, 0, &data(*len)).map(drop)
        }
        Op::Append(p) => {
            let file = vfs.open(who, p, OpenFlags { create: false, ..OpenFlags::APPEND }, 0)?;
            vfs.write(who, &file, 0, b"more").map(drop)
        }
        Op::Touch(p) => vfs.open(who, p, read_write, 0).map(drop),
        Op::SetLen(p, len) => {
            let file = vfs.open(who, p, read_write, 0)?;
            vfs.ftruncate(who, &file, *len)
        }
        Op::Mkdir(p) => vfs.mkdir(who, p, 0o777),
        Op::Rmdir(p) => vfs.rmdir(who, p),
        Op::Unlink(p) => vfs.unlink(who, p),
        Op::RemoveAll(p) => simulated_remove(vfs, who, p),
        Op::Rename(p, q) => vfs.rename(who, p, q),
        Op::Link(p, q) => vfs.link(who, p, q),
        Op::Symlink(target, p) => vfs.symlink(who, target, p),
        Op::Chmod(p, mode) => vfs.chmod(who, p, *mode),
        Op::Chown(p, id) => vfs.chown(who, p, Some(*id), Some(*id), false),
    }
}

fn simulated_remove(vfs: &mut Vfs, who: &Who<'_>, path: &str) -> Result<(), Errno> {
    if !vfs.lstat(who, path)?.is_dir() {
        return vfs.unlink(who, path);
    }
    for entry in vfs.readdir(who, path)? {
        simulated_remove(vfs, who, &format!("{path}/{}", entry.name))?;
    }
    vfs.rmdir(who, path)
}
