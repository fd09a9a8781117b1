//! What the tests of the simulated engine share: a registry with two tiny images, a handful of programs, and a way
//! to run an engine's answer to its end in virtual time.

use capas::ambient::Time;
use capas::engine::api::*;
use capas::engine::registry::{Registry, RegistryImage};
use capas::engine::sim::SimEngine;
use capas::kernel::{Budget, Disposition, Kernel, Proc, Programs, Run, Signal};
use capas::layerfs::{Blob, Layer, LayerBuilder, Meta};
use capas::oci::{layer_tar, ContainerConfig, History, ImageConfig, Reference};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

/// Tue Nov 24 2026, 10:00 UTC.
pub const START: Time = Time::from_secs(1_795_514_400);

const ELF: &[u8] = b"\x7fELF\x02\x01\x01\x00 a program";

fn base() -> Layer {
    let meta = |mode| Meta::new(mode, Time::from_secs(1_790_000_000));
    let mut b = LayerBuilder::new();
    for program in ["true", "false", "echo", "cat", "sleep", "sh", "trap", "env", "touch", "rm", "whoami", "out"] {
        b.file(&format!("bin/{program}"), Blob::from(ELF.to_vec()), meta(0o755)).unwrap();
    }
    b.file("bin/script", Blob::from("#!/bin/echo de\n"), meta(0o755)).unwrap();
    b.file("bin/text", Blob::from("echo x\n"), meta(0o755)).unwrap();
    b.file("bin/orphan", Blob::from("#!/no/such\n"), meta(0o755)).unwrap();
    b.file(
        "etc/passwd",
        Blob::from("root:x:0:0:root:/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n"),
        meta(0o644),
    )
    .unwrap();
    b.file("etc/group", Blob::from("root:x:0:\nstaff:x:50:ana\n"), meta(0o644)).unwrap();
    b.file("etc/issue", Blob::from("Tiny\n"), meta(0o644)).unwrap();
    for dir in ["dev", "proc", "sys", "tmp", "root"] {
        b.dir(dir, meta(0o755)).unwrap();
    }
    b.finish()
}

fn top() -> Layer {
    let mut b = LayerBuilder::new();
    b.file("srv/app", Blob::generated(7, 1_000_000), Meta::new(0o644, Time::from_secs(1_790_000_001))).unwrap();
    b.finish()
}

fn image(layers: Vec<Layer>, cmd: &[&str], created: i64) -> RegistryImage {
    let layers: Vec<Arc<Layer>> = layers.into_iter().map(Arc::new).collect();
    let mut config = ImageConfig {
        config: Some(ContainerConfig {
            env: Some(vec!["PATH=/usr/local/bin:/bin".into()]),
            cmd: Some(cmd.iter().map(|s| s.to_string()).collect()),
            ..ContainerConfig::default()
        }),
        created: Time::from_secs(created),
        ..ImageConfig::default()
    };
    config.rootfs.diff_ids = layers.iter().map(|l| layer_tar::diff_id(l)).collect();
    config.history = (0..layers.len())
        .map(|i| History {
            created: Time::from_secs(created),
            author: String::new(),
            created_by: format!("/bin/sh -c #(nop) ADD file:{i} in /"),
            comment: String::new(),
            empty_layer: false,
        })
        .collect();
    RegistryImage { config: config.to_json().into(), layers }
}

struct Shelf;

impl Registry for Shelf {
    fn pull(&self, reference: &Reference) -> Option<RegistryImage> {
        match reference.familiar().as_str() {
            "tiny:latest" => Some(image(vec![base()], &["sh"], 1_793_000_000)),
            "app:latest" | "app:1.0" => Some(image(vec![base(), top()], &["sleep", "100"], 1_793_100_000)),
            _ => None,
        }
    }

    fn has_repository(&self, reference: &Reference) -> bool {
        ["tiny", "app"].contains(&reference.familiar_name().as_str())
    }

    fn search(&self, _term: &str) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// Reads lines and answers them, as a shell would.
async fn sh(p: Proc) -> i32 {
    let tty = p.isatty(0);
    loop {
        if tty {
            p.print("# ").await;
        }
        let line = p.read(0, 1000).await.unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (None, _) if line.is_empty() => return 0,
            (Some("exit"), code) => return code.and_then(|c| c.parse().ok()).unwrap_or(0),
            (Some("write"), Some(path)) => {
                p.fs(|vfs, who| vfs.put_blob(who, path, Blob::from("hola\n"), 0o644)).unwrap();
            }
            (Some(word), _) => p.print(&format!("got {word}\n")).await,
            _ => {}
        }
    }
}

fn programs() -> Programs {
    let mut all = Programs::new();
    all.insert("true", |_| Box::pin(async { 0 }));
    all.insert("false", |_| Box::pin(async { 1 }));
    all.insert("sh", |p| Box::pin(sh(p)));
    all.insert("echo", |p| {
        Box::pin(async move {
            let text = p.args().get(1..).unwrap_or_default().join(" ");
            p.print(&format!("{text}\n")).await;
            0
        })
    });
    all.insert("out", |p| {
        Box::pin(async move {
            for i in 1..=3 {
                p.print(&format!("out{i}\n")).await;
                p.eprint(&format!("err{i}\n")).await;
            }
            p.print("no end").await;
            0
        })
    });
    all.insert("cat", |p| {
        Box::pin(async move {
            if let Some(path) = p.args().get(1) {
                let Ok(text) = p.slurp(path).await else { return 1 };
                return i32::from(p.write(1, &text).await.is_err());
            }
            loop {
                match p.read(0, 4096).await {
                    Ok(data) if data.is_empty() => return 0,
                    Ok(data) if p.write(1, &data).await.is_ok() => {}
                    _ => return 1,
                }
            }
        })
    });
    all.insert("sleep", |p| {
        Box::pin(async move {
            let secs: i64 = p.args().get(1).and_then(|s| s.parse().ok()).unwrap_or(0);
            let _ = p.sleep(secs * 1_000_000_000).await;
            0
        })
    });
    all.insert("trap", |p| {
        Box::pin(async move {
            p.on_signal(Signal::TERM, Disposition::Catch);
            let _ = p.sleep(1_000_000_000_000).await;
            42
        })
    });
    all.insert("env", |p| {
        Box::pin(async move {
            let lines: String = p.environ().iter().map(|(k, v)| format!("{k}={v}\n")).collect();
            p.print(&format!("{lines}cwd={}\nuid={} gid={}\n", p.cwd(), p.cred().uid, p.cred().gid)).await;
            0
        })
    });
    all.insert("touch", |p| {
        Box::pin(async move {
            for path in p.args().iter().skip(1) {
                p.fs(|vfs, who| vfs.put_blob(who, path, Blob::from("hola\n"), 0o644)).unwrap();
            }
            0
        })
    });
    all.insert("rm", |p| {
        Box::pin(async move {
            for path in p.args().iter().skip(1) {
                p.fs(|vfs, who| vfs.unlink(who, path)).unwrap();
            }
            0
        })
    });
    all
}

/// An engine on its own kernel.
pub struct Bench {
    pub kernel: Kernel,
    pub engine: Rc<SimEngine>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.kernel.shutdown();
    }
}

impl Bench {
    /// Without images.
    pub fn empty() -> Bench {
        let kernel = Kernel::new(START);
        let engine = SimEngine::new(kernel.clone(), 1, Rc::new(Shelf), programs(), "host");
        Bench { kernel, engine }
    }

    /// With `tiny` (one layer) and `app` (two, the lower one being tiny's).
    pub fn new() -> Bench {
        let bench = Bench::empty();
        bench.pull("tiny");
        bench.pull("app");
        bench
    }

    /// Runs until nothing is left to do but wait; timers are not waited for.
    pub fn settle(&self) {
        let mut cx = Context::from_waker(Waker::noop());
        while self.kernel.run(&mut cx, Budget::polls(100_000)) == Run::Busy {}
    }

    /// Runs `future` to its end, letting time pass where it must.
    pub fn wait<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> T {
        let slot = Rc::new(RefCell::new(None));
        let out = slot.clone();
        self.kernel.spawn(async move {
            let value = future.await;
            out.replace(Some(value));
        });
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..1_000_000 {
            let state = self.kernel.run(&mut cx, Budget::polls(100_000));
            if let Some(value) = slot.take() {
                return value;
            }
            match state {
                Run::Timer(at) => self.kernel.advance_to(at),
                Run::Busy => {}
                Run::Idle => panic!("it waits for ever"),
            }
        }
        panic!("it takes too long")
    }

    /// Asks the engine something and waits for the answer.
    pub fn ask<T: 'static, F>(&self, question: F) -> T
    where
        F: AsyncFnOnce(Rc<SimEngine>) -> T + 'static,
    {
        let engine = self.engine.clone();
        self.wait(async move { question(engine).await })
    }

    pub fn pull(&self, name: &'static str) -> Vec<JsonMessage> {
        self.ask(async move |e| e.image_pull(name).await.unwrap().collect().await)
    }

    pub fn create(&self, name: &str, image: &str, cmd: &[&str]) -> String {
        self.create_with(request(name, image, cmd)).unwrap()
    }

    pub fn create_with(&self, request: ContainerCreate) -> Result<String, String> {
        self.ask(async move |e| e.container_create(request).await.map(|c| c.id).map_err(|x| x.to_string()))
    }

    pub fn start(&self, name: &str) -> Result<(), String> {
        let name = name.to_owned();
        self.ask(async move |e| e.container_start(&name, None).await.map_err(|x| x.to_string()))
    }

    /// `docker run`: output, errors and exit code.
    pub fn run(&self, name: &str, image: &str, cmd: &[&str]) -> (String, String, i64) {
        self.run_with(request(name, image, cmd))
    }

    pub fn run_with(&self, request: ContainerCreate) -> (String, String, i64) {
        let removed = request.host_config.auto_remove;
        self.ask(async move |e| {
            let id = e.container_create(request).await.unwrap().id;
            let options = AttachOptions { stdout: true, stderr: true, stream: true, ..AttachOptions::default() };
            let attached = e.container_attach(&id, options).await.unwrap();
            let condition = if removed { WaitCondition::Removed } else { WaitCondition::NextExit };
            let ended = e.container_wait(&id, condition).await.unwrap();
            let started = e.container_start(&id, None).await;
            let frames = attached.output.collect().await;
            let of = |kind| {
                let bytes: Vec<u8> =
                    frames.iter().filter(|f| f.kind == kind).flat_map(|f| f.bytes.iter().copied()).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            };
            let code = ended.await.unwrap().status_code;
            let errors = started.err().map(|e| e.to_string()).unwrap_or_default();
            (of(StreamKind::Stdout), of(StreamKind::Stderr) + &errors, code)
        })
    }

    pub fn inspect(&self, name: &str) -> ContainerInspect {
        let name = name.to_owned();
        self.ask(async move |e| e.container_inspect(&name, true).await.unwrap())
    }

    pub fn remove_image(&self, name: &str, force: bool) -> Result<Vec<ImageDeleted>, String> {
        let name = name.to_owned();
        self.ask(async move |e| {
            e.image_remove(&name, ImageRemove { force, no_prune: false }).await.map_err(|x| x.to_string())
        })
    }

    pub fn remove(&self, name: &str, force: bool) -> Result<(), String> {
        let name = name.to_owned();
        self.ask(async move |e| {
            let options = ContainerRemove { force, ..ContainerRemove::default() };
            e.container_remove(&name, options).await.map_err(|x| x.to_string())
        })
    }

    pub fn commit(&self, container: &str, reference: &str) -> String {
        let options = CommitOptions {
            container: container.to_owned(),
            reference: Some(reference.to_owned()).filter(|r| !r.is_empty()),
            ..CommitOptions::default()
        };
        self.ask(async move |e| e.commit(options).await.unwrap())
    }

    /// `docker images`: names and short ids.
    pub fn images(&self) -> Vec<String> {
        self.ask(async move |e| {
            let list = e.images(ImageListOptions::default()).await.unwrap();
            list.into_iter().flat_map(|i| i.repo_tags.unwrap_or_default()).collect()
        })
    }

    pub fn image_id(&self, name: &str) -> String {
        let name = name.to_owned();
        self.ask(async move |e| e.image_inspect(&name).await.unwrap().id)
    }
}

/// A request as `docker create` sends it.
pub fn request(name: &str, image: &str, cmd: &[&str]) -> ContainerCreate {
    ContainerCreate {
        name: Some(name.to_owned()).filter(|n| !n.is_empty()),
        config: ContainerConfig {
            image: image.to_owned(),
            cmd: Some(cmd.iter().map(|s| s.to_string()).collect()).filter(|c: &Vec<String>| !c.is_empty()),
            ..ContainerConfig::default()
        },
        ..ContainerCreate::default()
    }
}

/// The first twelve digits of an id.
pub fn short(id: &str) -> &str {
    &id.trim_start_matches("sha256:")[..12]
}
