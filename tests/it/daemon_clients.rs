//! Programs that use Docker through their own libraries, run against `capas daemon`: docker-py and dockerode, of the
//! versions that `tests/clients` names. They are installed into the build folder; where that cannot be, the test says so.

use crate::daemon::Daemon;
use crate::skip::skip;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// A folder for a library, and whether it is to be filled: for what is asked for has changed, or it never was.
fn place(name: &str, wanted: &str) -> (PathBuf, bool) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let wanted = fs::read_to_string(scripts().join(wanted)).unwrap();
    let there = fs::read_to_string(folder.join("installed")).unwrap_or_default();
    (folder, there != wanted)
}

fn installed(folder: &Path, wanted: &str, installer: &mut Command) -> bool {
    let done = installer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !done.is_ok_and(|status| status.success()) {
        return false;
    }
    fs::copy(scripts().join(wanted), folder.join("installed")).is_ok()
}

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn docker_py_does_the_tutorial() {
    let (folder, missing) = place("docker-py", "requirements.txt");
    if missing {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]);
        pip.arg(&folder).arg("-r").arg(scripts().join("requirements.txt"));
        if !installed(&folder, "requirements.txt", &mut pip) {
            return skip!("no python3 with pip, or no connection to install docker-py");
        }
    }
    let daemon = Daemon::start(&["--pull", "ubuntu"]);
    let mut python = Command::new("python3");
    python.arg(scripts().join("tutorial.py")).env("PYTHONPATH", &folder).env("DOCKER_HOST", &daemon.host);
    let out = python.output().unwrap();
    assert!(out.status.success() && said(&out).ends_with("all good\n"), "{}", said(&out));
}

#[test]
fn dockerode_does_the_tutorial() {
    let (folder, missing) = place("dockerode", "package.json");
    fs::copy(scripts().join("package.json"), folder.join("package.json")).unwrap();
    if missing {
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]).current_dir(&folder);
        if !installed(&folder, "package.json", &mut npm) {
            return skip!("no npm, or no connection to install dockerode");
        }
    }
    fs::copy(scripts().join("tutorial.mjs"), folder.join("tutorial.mjs")).unwrap();
    let daemon = Daemon::start(&["--pull", "ubuntu"]);
    let mut node = Command::new("node");
    let out = node.arg(folder.join("tutorial.mjs")).env("DOCKER_HOST", &daemon.host).output().unwrap();
    assert!(out.status.success() && said(&out).ends_with("all good\n"), "{}", said(&out));
}
