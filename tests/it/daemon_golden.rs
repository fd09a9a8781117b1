//! The transcripts of a real Docker, replayed by its real command line against `capas daemon`. What no client of the API
//! can show, or what the simulator has not got, is named here with its reason. `cargo test daemon_golden -- --nocapture`
//! prints N of M a file and each difference.

use crate::daemon::Daemon;
use crate::pty::Pty;
use crate::real_archives::{file, NOT_HERE};
use crate::skip::skip;
use crate::transcript::{parse, redact, same, Block, Step};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// The client whose words are in the transcripts.
const CLIENT: &str = "/usr/bin/docker";
/// The folder that the transcripts were recorded in.
const RECORDED: &str = "/srv/t/";
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is not asked, by a piece of the command, and why.
const NOT_ASKED: &[(&str, &str)] = &[
    ("&& find . -printf", "reads the daemon's own directories on the disk"),
    ("ls -la $U/", "reads the daemon's own directories on the disk"),
    ("find $(docker inspect", "reads the daemon's own directories on the disk"),
    ("ls -la /var/lib/docker", "reads the daemon's own directories on the disk"),
    ("docker build", "images are not built yet"),
    ("anatomy.py", "shows the history that docker build writes"),
    ("&& find . -mindepth 1", "reads the daemon's own directories on the disk"),
    ("rename_dir_syscall capas", "perl is not among the simulated programs"),
    ("ubuntu mount |", "shows the control groups and disks of the machine that it was recorded on"),
    ("ubuntu df -h", "shows the disks of the machine that it was recorded on"),
    ("ubuntu ls -la /root /dev", "that machine's kernel had no /proc/kcore, so its /dev has no core"),
    ("busybox ip a", "the simulated busybox has no ip yet"),
    ("busybox ps", "the simulated busybox prints the TIME that Debian's leaves out"),
    ("1000:1000 busybox id", "the simulated busybox does not print the group twice"),
];

/// Races of the recording: how soon a shell without input ends, in which order two pipes are read into the log.
const CHANCE: &[(&str, usize)] = &[("04", 33), ("04", 235), ("04", 240)];

/// The image of 10 as its Dockerfile makes it, without docker build.
const CAPAS: &str = r#"docker run --name hecha ubuntu /bin/sh -c 'mkdir -p /c/d/sub /c/vacio && head -c 1000 /dev/zero | tr '"'\0'"' a > /c/a.txt && echo bb > /c/b.txt && echo 1 > /c/d/1 && echo 2 > /c/d/2 && echo 3 > /c/d/sub/3 && echo hl > /c/h1 && ln /c/h1 /c/h2 && ln -s a.txt /c/s && head -c 1048576 /dev/zero > /c/grande && chmod 640 /c/b.txt' && docker commit hecha capas && docker rm hecha"#;

/// What the client reads on its standard input, where that is not empty.
const INPUT: &[(&str, &str)] = &[("docker run -i --rm busybox cat", "por la tuberia\n")];

struct Sitting {
    daemon: Daemon,
}

struct Ran {
    stdout: String,
    stderr: String,
    status: Option<i32>,
}

impl Sitting {
    fn start() -> Result<Sitting, &'static str> {
        let (Some(ubuntu), Some(busybox)) = (file("ubuntu"), file("busybox")) else { return Err(NOT_HERE) };
        let version = Command::new(CLIENT).arg("--version").output();
        if !version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("version 20.10.")) {
            return Err("no Docker command line 20.10 in /usr/bin (docker.io of Debian 12)");
        }
        for (program, argument) in [("python3", "--version"), ("setsid", "--version")] {
            if !Command::new(program).arg(argument).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
            {
                return Err("no python3 or setsid");
            }
        }
        let daemon = Daemon::with_archives(&[&ubuntu, &busybox]);
        for folder in ["bin", "work", "images", "h"] {
            fs::create_dir(daemon.folder.join(folder)).unwrap();
        }
        let at = |path: &str| daemon.folder.join(path);
        symlink(CLIENT, at("bin/docker")).unwrap();
        symlink(&ubuntu, at("images/ubuntu.seed.tar")).unwrap();
        symlink(&busybox, at("images/busybox.seed.tar")).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lastlayer.py");
        symlink(script, at("h/lastlayer.py")).unwrap();
        Ok(Sitting { daemon })
    }

    /// The world that a command runs in.
    fn setup(&self, command: &mut Command) {
        let folder = &self.daemon.folder;
        command.env_clear().current_dir(folder.join("work"));
        let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
        let home = folder.to_str().unwrap();
        for (name, value) in
            [("PATH", path.as_str()), ("HOME", home), ("DOCKER_HOST", &self.daemon.host), ("TERM", "xterm")]
        {
            command.env(name, value);
        }
        command.env("B", "desdehost").env("TZ", "UTC").env("LC_ALL", "C.UTF-8").env("DOCKER_BUILDKIT", "0");
    }

    fn here(&self, text: &str) -> String {
        text.replace(RECORDED, &format!("{}/", self.daemon.folder.display()))
    }

    fn recorded(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&format!("{}/", self.daemon.folder.display()), RECORDED)
    }

    fn run(&self, line: &str) -> Ran {
        let mut command = Command::new("timeout");
        command.args([&PATIENCE.as_secs().to_string(), "bash", "-c", &self.here(line)]);
        self.setup(&mut command);
        let input = INPUT.iter().find(|(what, _)| *what == line).map(|(_, input)| *input);
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(input) = input {
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        }
        let out = child.wait_with_output().unwrap();
        Ran { stdout: self.recorded(&out.stdout), stderr: self.recorded(&out.stderr), status: out.status.code() }
    }

    /// What is not asked changes things that later commands see.
    fn keep_up(&self, command: &str) {
        let change = if command.starts_with("docker build") {
            CAPAS
        } else if let Some((change, _)) = command.split_once("; cd $(docker inspect") {
            change
        } else if command.starts_with("docker run --name") {
            command
        } else {
            return;
        };
        let made = self.run(change);
        // A program that is not simulated leaves its container all the same.
        let good = made.status == Some(0) || change.contains("perl");
        assert!(good, "{change}\n{}{}", made.stdout, made.stderr);
    }

    fn check(&self, block: &Block) -> Result<(), String> {
        let status = if block.pty { self.on_a_terminal(block)? } else { self.on_pipes(block)? };
        match block.exit {
            Some(code) if Some(code) != status => Err(format!("exit {status:?} instead of {code}")),
            _ => Ok(()),
        }
    }

    fn on_pipes(&self, block: &Block) -> Result<Option<i32>, String> {
        let ran = self.run(&block.command);
        // The order of siblings, that of images of one age, and that of names that are ids is chance.
        let chance = ["docker diff", "docker images", "docker image ls", "docker container prune", "tar tvf"];
        let sorted = chance.iter().any(|what| block.command.contains(what));
        let output = |text: &str| text.lines().filter_map(|line| plain(&block.command, line)).collect::<Vec<_>>();
        let output = |text: &str| output(text).join("\n");
        same(&output(&block.stdout), &output(&ran.stdout), sorted).map_err(|e| format!("stdout {e}"))?;
        same(&output(&block.stderr), &output(&ran.stderr), false).map_err(|e| format!("stderr {e}"))?;
        Ok(ran.status)
    }

    fn on_a_terminal(&self, block: &Block) -> Result<Option<i32>, String> {
        let mut pty = Pty::bash(&self.here(&block.command), |command| self.setup(command));
        let mut so_far = 0;
        for step in &block.steps {
            match step {
                Step::Out(bytes) => {
                    so_far += bytes.len();
                    pty.wait_for(so_far, PATIENCE / 4);
                }
                Step::In(keys) => {
                    // A little more may come, which the transcript has not got.
                    thread::sleep(Duration::from_millis(30));
                    pty.type_keys(keys);
                }
            }
        }
        let status = pty.finish(PATIENCE);
        let visible = |bytes: &[u8]| redact(&last_of_progress(&self.recorded(bytes)).escape_debug().to_string());
        let (e, a) = (visible(&block.received()), visible(&pty.received()));
        if e == a {
            Ok(status)
        } else {
            Err(format!("\n    - {e}\n    + {a}"))
        }
    }
}

/// A line of output without what is chance: how long it took, what a machine has and uses, numbers of processes and
/// inodes, names that are made up. None where the whole line is.
fn plain(command: &str, line: &str) -> Option<String> {
    // Whether the client comes to say it before it ends is a race within the client.
    if line.contains("error waiting for container: context canceled") {
        return None;
    }
    // Images of another recording.
    if line.starts_with("mi-app ") {
        return None;
    }
    if let Some((what @ ("real" | "user" | "sys"), _)) = line.split_once('\t') {
        return Some(what.to_owned());
    }
    if command.contains("ubuntu ls -la /") {
        // /proc has a link for each process of the machine, and the column its width; /dev has one entry more where the
        // kernel has /proc/kcore.
        let dev = line.ends_with(" dev");
        let links = |(i, word)| if i == 1 || dev && i == 4 { "<n>" } else { word };
        return Some(line.split_whitespace().enumerate().map(links).collect::<Vec<_>>().join(" "));
    }
    let counts = ["docker stats", "docker top", "stat -c \"%n %i"];
    if counts.iter().any(|what| command.contains(what)) {
        return Some(line.split_whitespace().map(without_count).collect::<Vec<_>>().join(" "));
    }
    if !command.starts_with("docker ps") {
        return Some(line.to_owned());
    }
    let made_up = |word: &str| {
        word.split_once('_').is_some_and(|(left, right)| {
            left.len() > 2 && right.len() > 2 && word.bytes().all(|b| b == b'_' || b.is_ascii_lowercase())
        })
    };
    let (rest, last) = line.rsplit_once(' ').unwrap_or(("", line));
    Some(if made_up(last) { format!("{rest} <name>") } else { line.to_owned() })
}

/// `7.791GiB`, `0.02%` and the like.
fn without_count(word: &str) -> &str {
    let number = word.bytes().next().is_some_and(|b| b.is_ascii_digit()) && word.len() != 12 && word.len() != 64;
    if number && word != "00:00:00" {
        "<n>"
    } else {
        word
    }
}

/// How often a progress line is drawn is chance; its last state is not.
fn last_of_progress(text: &str) -> String {
    const UP: &str = "\x1b[1A\x1b[2K\r";
    let mut pieces: Vec<&str> = Vec::new();
    for piece in text.split(UP) {
        let layer = |piece: &str| piece.split_once(": Loading layer").map(|(id, _)| id.to_owned());
        if let (Some(last), Some(now)) = (pieces.last().and_then(|p| layer(p)), layer(piece)) {
            if last == now {
                pieces.pop();
            }
        }
        pieces.push(piece);
    }
    pieces.join(UP)
}

#[test]
fn the_real_command_line_sees_what_it_sees_of_docker() {
    let sitting = match Sitting::start() {
        Ok(sitting) => sitting,
        Err(why) => return skip!(why),
    };
    let mut failures = Vec::new();
    let mut scores = Vec::new();
    for (name, text) in [
        ("01", include_str!("../golden/01_tutorial.txt")),
        ("02", include_str!("../golden/02_inspect_history_diff.txt")),
        ("03", include_str!("../golden/03_rmi_rm_tag_commit_save_load.txt")),
        ("04", include_str!("../golden/04_lifecycle.txt")),
        ("10", include_str!("../golden/10_layer_semantics.txt")),
    ] {
        let (mut passed, mut asked, mut not_asked) = (0, 0, 0);
        for block in parse(text) {
            let chance = CHANCE.contains(&(name, block.line));
            if chance || NOT_ASKED.iter().any(|(what, _)| block.command.contains(what)) {
                not_asked += 1;
                sitting.keep_up(&block.command);
                continue;
            }
            asked += 1;
            match sitting.check(&block) {
                Ok(()) => passed += 1,
                Err(why) => failures.push(format!("{name} line {}: $ {}\n  {why}", block.line, block.command)),
            }
        }
        scores.push(format!("{name}: {passed} of {asked}, {not_asked} not asked"));
    }
    println!("{}", scores.join("\n"));
    assert!(failures.is_empty(), "{}\n{}", scores.join("\n"), failures.join("\n"));
}
