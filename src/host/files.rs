//! What is on the student's computer when it is switched on.

use crate::ambient::Time;
use crate::kernel::Programs;
use crate::layerfs::{Blob, Errno, Layer, LayerBuilder, Meta};
use crate::shell::programs::SERVERS;
use std::sync::Arc;

/// The user's home.
pub const HOME: &str = "/home/alumno";

/// A file that is put there from outside.
#[derive(Clone, Debug)]
pub struct HostFile {
    /// Absolute, or relative to the home.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// What is in it; a folder has none.
    pub content: Option<Arc<[u8]>>,
}

const TEXTS: &[(&str, &str)] = &[
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nalumno:x:1000:1000:Alumno:/home/alumno:/bin/bash\n",
    ),
    ("etc/group", "root:x:0:\ndaemon:x:1:\nsudo:x:27:alumno\nusers:x:100:\nalumno:x:1000:\ndocker:x:998:alumno\nnogroup:x:65534:\n"),
    ("etc/hostname", "aula\n"),
    ("etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\taula\n"),
    ("etc/resolv.conf", "nameserver 127.0.0.53\n"),
    ("etc/shells", "/bin/sh\n/bin/bash\n"),
    ("etc/inputrc", "set enable-bracketed-paste off\n"),
    ("etc/bash.bashrc", "[ -z \"$PS1\" ] && return\nPS1='$ '\n"),
    ("etc/profile", "PATH=/usr/local/bin:/usr/bin:/bin\nexport PATH\n"),
    (
        "etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n\
         VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
    ),
];

/// The student administers the computer, and need not know a password for it.
const SUDOERS: &str = "Defaults\tenv_reset\nroot\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) NOPASSWD: ALL\n";

const DIRS: &[(&str, u32)] = &[
    ("boot", 0o755),
    ("dev", 0o755),
    ("etc", 0o755),
    ("home", 0o755),
    ("media", 0o755),
    ("mnt", 0o755),
    ("opt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("srv", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("usr", 0o755),
    ("usr/bin", 0o755),
    ("usr/lib", 0o755),
    ("usr/local", 0o755),
    ("usr/local/bin", 0o755),
    ("usr/sbin", 0o755),
    ("usr/share", 0o755),
    ("var", 0o755),
    ("var/lib", 0o755),
    // As a Debian with Docker has it.
    ("var/lib/apt", 0o755),
    ("var/lib/containerd", 0o711),
    ("var/lib/dbus", 0o755),
    ("var/lib/docker", 0o710),
    ("var/lib/dpkg", 0o755),
    ("var/lib/logrotate", 0o755),
    ("var/lib/misc", 0o755),
    ("var/lib/pam", 0o755),
    ("var/lib/polkit-1", 0o700),
    ("var/lib/private", 0o700),
    ("var/lib/python", 0o755),
    ("var/lib/systemd", 0o755),
    ("var/lib/ucf", 0o755),
    ("var/log", 0o755),
    ("var/tmp", 0o1777),
];

/// The computer's file system; every program of the table has its file.
pub fn layer(programs: &Programs, now: Time, files: &[HostFile]) -> Layer {
    let mut builder = LayerBuilder::new();
    // The paths are this module's own and cannot clash; what comes from outside may, and is then left out.
    let _ = build(&mut builder, programs, now);
    for file in files {
        let _ = put(&mut builder, file, now);
    }
    builder.finish()
}

fn build(builder: &mut LayerBuilder, programs: &Programs, now: Time) -> Result<(), Errno> {
    for (path, mode) in DIRS {
        builder.dir(path, Meta::new(*mode, now))?;
    }
    builder.dir(HOME, Meta::new(0o755, now).owned(1000, 1000))?;
    for name in ["bin", "lib", "sbin"] {
        builder.symlink(name, &format!("usr/{name}"), Meta::new(0o777, now))?;
    }
    for (path, text) in TEXTS {
        builder.file(path, Blob::from_bytes(text.as_bytes()), Meta::new(0o644, now))?;
    }
    builder.file("etc/sudoers", Blob::from_bytes(SUDOERS.as_bytes()), Meta::new(0o440, now))?;
    for name in programs.names().filter(|name| !SERVERS.contains(name)) {
        let seed = name.bytes().fold(7, |hash: u64, b| hash.wrapping_mul(31).wrapping_add(u64::from(b)));
        let body = Blob::from_bytes(b"\x7fELF\x02\x01\x01\0".as_slice())
            .concat(&Blob::generated(seed, 16_000 + seed % 90_000));
        let mode = if name == "sudo" { 0o4755 } else { 0o755 };
        builder.file(&format!("usr/bin/{name}"), body, Meta::new(mode, now))?;
    }
    Ok(())
}

fn put(builder: &mut LayerBuilder, file: &HostFile, now: Time) -> Result<(), Errno> {
    let path = if file.path.starts_with('/') { file.path.clone() } else { format!("{HOME}/{}", file.path) };
    let meta = Meta::new(file.mode, now);
    let meta = if path.starts_with(HOME) { meta.owned(1000, 1000) } else { meta };
    match &file.content {
        Some(content) => builder.file(&path, Blob::from_bytes(content.clone()), meta),
        None => builder.dir(&path, meta),
    }
}
