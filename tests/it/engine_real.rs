//! Real images in, and images out to real programs: what is loaded has the ids it has elsewhere, and what is
//! committed and saved here has the same ids in skopeo and in a real Docker. Each test says loudly when what it needs
//! is not on the machine.

use crate::engine_bench::Bench;
use crate::real_archives::{archive, NOT_HERE};
use crate::skip::skip;
use capas::engine::api::*;
use capas::oci::Digest;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const BUSYBOX: &str = "sha256:0bea94907166095e698ea4e505beffa085d635f6d2fddafa01d60836c2ed1174";
const BUSYBOX_LAYER: &str = "sha256:edd40baef2c771f7e5a1c93c62c960170992d8cdf15789783e078acf5b2ea004";
const UBUNTU: &str = "sha256:eb00f075d41f349b7ad84cb099e76dbc2589b81c385996abe89db627d5a5da1e";

fn load(b: &Bench, bytes: &[u8]) -> String {
    let stream = Stream::of([bytes.to_vec()]);
    let messages = b.ask(async move |e| e.image_load(stream, true).await.unwrap().collect().await);
    messages.into_iter().filter_map(|m| m.stream).collect()
}

#[test]
fn a_real_archive_loads_with_its_own_ids() {
    let Some(bytes) = archive("busybox") else { return skip!(NOT_HERE) };
    let b = Bench::empty();
    assert_eq!(load(&b, &bytes), "Loaded image: busybox:latest\n");
    let i = b.ask(async |e| e.image_inspect("busybox").await.unwrap());
    assert_eq!((i.id.as_str(), i.root_fs.layers.as_slice()), (BUSYBOX, &[BUSYBOX_LAYER.to_owned()][..]));
    assert_eq!(i.size, 1_982_296);
    b.run("c1", "busybox", &["touch", "/hola"]);
    assert_eq!(b.inspect("c1").size_root_fs, Some(1_982_301));
    b.remove("c1", false).unwrap();
    let gone = b.remove_image("busybox", false).unwrap();
    assert_eq!(
        gone,
        [
            ImageDeleted::Untagged("busybox:latest".into()),
            ImageDeleted::Deleted(BUSYBOX.into()),
            ImageDeleted::Deleted(BUSYBOX_LAYER.into())
        ]
    );
}

#[test]
fn the_recorded_ubuntu_has_its_size_and_history() {
    let Some(bytes) = archive("ubuntu") else { return skip!(NOT_HERE) };
    let b = Bench::empty();
    load(&b, &bytes);
    let i = b.ask(async |e| e.image_inspect("ubuntu").await.unwrap());
    assert_eq!((i.id.as_str(), i.size, i.root_fs.layers.len()), (UBUNTU, 72_885_460, 3));
    let history = b.ask(async |e| e.image_history("ubuntu").await.unwrap());
    let sizes: Vec<u64> = history.iter().map(|h| h.size).collect();
    assert_eq!((sizes[..4].to_vec(), history[1].id.as_str()), (vec![0, 7, 0, 380], "<missing>"));
}

/// A file in a folder of its own, gone at the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn scratch(name: &str) -> Scratch {
    let dir = std::env::temp_dir().join(format!("capas-{name}-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    Scratch(dir)
}

/// Busybox with a new file, a changed and a deleted one, committed and saved: the archive, its id and its DiffIDs.
fn committed(dir: &Path) -> Option<(PathBuf, String, Vec<String>)> {
    let b = Bench::empty();
    load(&b, &archive("busybox")?);
    b.run("c1", "busybox", &["touch", "/hola.txt", "/etc/group"]);
    b.start("c1").unwrap();
    let options = CommitOptions {
        container: "c1".into(),
        reference: Some("mi-imagen:v1".into()),
        comment: "<un & mensaje>".into(),
        author: "Ana <a@b.c>".into(),
        changes: vec!["ENV A=1".into(), r#"CMD ["cat", "/hola.txt"]"#.into()],
        pause: true,
    };
    b.run("c2", "busybox", &["rm", "/etc/passwd"]);
    b.ask(async move |e| e.commit(options).await.unwrap());
    b.run("c3", "mi-imagen:v1", &["rm", "/etc/passwd"]);
    b.commit("c3", "mi-imagen:v2");
    let i = b.ask(async |e| e.image_inspect("mi-imagen:v2").await.unwrap());
    assert_eq!(i.root_fs.layers.len(), 3);
    let names = vec!["mi-imagen:v2".to_owned()];
    let bytes = b.ask(async move |e| e.image_save(&names).await.unwrap().collect().await.concat());
    let file = dir.join("saved.tar");
    fs::write(&file, bytes).unwrap();
    Some((file, i.id, i.root_fs.layers))
}

#[test]
fn skopeo_reads_a_committed_image_with_the_same_ids() {
    let dir = scratch("skopeo");
    if Command::new("skopeo").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip!("no skopeo on this machine");
    }
    let Some((file, id, layers)) = committed(&dir.0) else { return skip!(NOT_HERE) };
    let source = format!("docker-archive:{}", file.display());
    let run = |args: &[&str]| {
        let out = Command::new("skopeo").args(args).arg(&source).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    assert_eq!(Digest::of(&run(&["inspect", "--raw", "--config"])).to_string(), id);
    let told: serde_json::Value = serde_json::from_slice(&run(&["inspect"])).unwrap();
    let theirs: Vec<&str> = told["Layers"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    assert_eq!(theirs, layers);
}

/// A real daemon with a root of its own; it ends with this value.
struct Daemon {
    process: Child,
    host: String,
    dir: PathBuf,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
        // What the daemon had mounted must be gone before its folder can be.
        let _ = Command::new("umount").arg("-R").arg(self.dir.join("data")).stderr(Stdio::null()).status();
    }
}

impl Daemon {
    fn start(dir: &Path) -> Option<Daemon> {
        let path = |name: &str| dir.join(name).display().to_string();
        let host = format!("unix://{}", path("docker.sock"));
        let log = fs::File::create(dir.join("log")).ok()?;
        let process = Command::new("/usr/sbin/dockerd")
            .args(["--data-root", &path("data"), "--exec-root", &path("exec"), "-p", &path("pid"), "-H", &host])
            .args(["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .ok()?;
        let daemon = Daemon { process, host, dir: dir.to_owned() };
        for _ in 0..100 {
            if daemon.docker(&["version"]).is_some() {
                return Some(daemon);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }

    fn docker(&self, args: &[&str]) -> Option<String> {
        let out = Command::new("/usr/bin/docker").env("DOCKER_HOST", &self.host).args(args).output().ok()?;
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
    }
}

#[test]
fn a_real_docker_loads_a_committed_image_with_the_same_ids() {
    let dir = scratch("docker");
    let Some(daemon) = Daemon::start(&dir.0) else {
        return skip!("no Docker could be started on this machine");
    };
    let Some((file, id, layers)) = committed(&dir.0) else { return skip!(NOT_HERE) };
    let loaded = daemon.docker(&["load", "-i", &file.display().to_string()]).expect("it loads");
    assert!(loaded.contains("Loaded image: mi-imagen:v2"), "{loaded}");
    let told = daemon.docker(&["inspect", "-f", "{{.Id}} {{json .RootFS.Layers}}", "mi-imagen:v2"]).unwrap();
    assert_eq!(told.trim(), format!("{id} {}", serde_json::to_string(&layers).unwrap()));
    // And back: what the real one saves of it is the same again.
    let again = dir.0.join("again.tar");
    daemon.docker(&["save", "-o", &again.display().to_string(), "mi-imagen:v2"]).unwrap();
    let b = Bench::empty();
    load(&b, &fs::read(&again).unwrap());
    assert_eq!(b.image_id("mi-imagen:v2"), id);
}

/// Not a test of speed, but of scale: ten thousand containers are made, listed, drawn and removed, each small.
#[test]
fn ten_thousand_containers_are_nothing_special() {
    let b = Bench::new();
    let rss = || -> u64 {
        let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        statm.split(' ').nth(1).and_then(|p| p.parse::<u64>().ok()).unwrap_or(0) * 4096
    };
    let clock = std::time::Instant::now();
    let before = rss();
    for _ in 0..10_000 {
        b.create("", "tiny", &["true"]);
    }
    let each = rss().saturating_sub(before) / 10_000;
    println!("create: {:?}, {each} bytes a container", clock.elapsed() / 10_000);
    let clock = std::time::Instant::now();
    let first = b.engine.snapshot_now();
    println!("first snapshot: {:?}", clock.elapsed());
    let clock = std::time::Instant::now();
    b.create("one", "tiny", &["true"]);
    let next = b.engine.snapshot_now();
    println!("next snapshot: {:?}", clock.elapsed());
    assert!(std::sync::Arc::ptr_eq(&first.containers[0], &next.containers[1]));
    let clock = std::time::Instant::now();
    let all = b.ask(async |e| {
        e.containers(ContainerListOptions { all: true, size: true, ..ContainerListOptions::default() }).await.unwrap()
    });
    println!("list: {:?}", clock.elapsed());
    assert_eq!(all.len(), 10_001);
    let clock = std::time::Instant::now();
    for _ in 0..1000 {
        let mut wish = crate::engine_bench::request("", "tiny", &["true"]);
        wish.host_config.auto_remove = true;
        assert_eq!(b.run_with(wish).2, 0);
    }
    println!("run --rm true: {:?}", clock.elapsed() / 1000);
    b.ask(async |e| e.containers_prune(Filters::new()).await.unwrap());
    assert!(b.engine.snapshot_now().containers.is_empty());
    assert!(each < 4096, "{each} bytes a container");
}
