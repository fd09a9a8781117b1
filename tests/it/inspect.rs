//! `capas inspect`: every kind of archive, the waste of an image made here, damaged input, and what the union file
//! system says of the same layers.

use crate::real_archives::{file as real_archive, NOT_HERE};
use crate::skip::skip;
use capas::ambient::Time;
use capas::layerfs::{Blob, FileKind, Layer, LayerBuilder, Meta, Mount, Vfs, Who};
use capas::oci::analysis::{analyse, Mark};
use capas::oci::archive::{load, ArchivedImage};
use capas::oci::config::{ImageConfig, RootFs};
use capas::oci::tar::{flag, read_entries, Header, TarError, Writer};
use capas::oci::{layer_tar, Digest, History, ImageId};
use capas::session::{Options, Session};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

fn capas(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_capas"));
    command.args(args).stdin(Stdio::null()).env_remove("NO_COLOR").output().unwrap()
}

/// Standard output of a run that went well.
fn said(args: &[&str]) -> String {
    let output = capas(args);
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(0), ""), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line on standard error, and the status.
fn refused(args: &[&str]) -> (i32, String) {
    let output = capas(args);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.stdout.len(), error.matches('\n').count()), (0, 1), "{error}");
    (output.status.code().unwrap(), error.trim_end().to_owned())
}

fn inspect(path: &Path, more: &[&str]) -> Value {
    let args = [&["inspect", path.to_str().unwrap(), "--json"], more].concat();
    serde_json::from_str(&said(&args)).unwrap()
}

fn temporary(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("inspect-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// An image of four layers on BusyBox, saved. See [`the_waste_of_an_image_made_here_is_exact`].
fn made_here() -> Vec<u8> {
    let mut session = Session::start(Options { images: vec!["busybox".into()], ..Options::default() }).unwrap();
    let fill = |bytes: u32, file: &str| format!("head -c {bytes} /dev/zero | tr '\\0' x > {file}");
    let steps = [
        format!(
            "mkdir -p /d/sub; echo one > /note; {}; {}; {}; {}; ln /twin /other",
            fill(1000, "/d/f"),
            fill(500, "/d/sub/g"),
            fill(70, "/e"),
            fill(300, "/twin")
        ),
        "echo three >> /note; rm /e /twin".to_owned(),
        "rm -r /d; mkdir /d; echo new > /d/f".to_owned(),
        "chmod 600 /note; rm /other".to_owned(),
    ];
    for (i, step) in steps.iter().enumerate() {
        let from = if i == 0 { "busybox".to_owned() } else { format!("mine:{i}") };
        let line = format!("docker run --name c{i} {from} sh -c \"{step}\" && docker commit c{i} mine:{}", i + 1);
        let outcome = session.run_line(&line);
        assert_eq!(outcome.status, 0, "{}", outcome.output);
    }
    session.run_line("docker save mine:4").raw
}

/// A file of an archive as it is to be; none leaves it out.
type Change = dyn Fn(&str, Vec<u8>) -> Option<(String, Vec<u8>)>;

/// The files of an archive, with those added or changed that `change` names, without those it empties.
fn repacked(archive: &[u8], change: &Change, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    read_entries(&Blob::from_bytes(archive), |entry| -> Result<(), TarError> {
        if entry.typeflag == flag::REG {
            files.extend(change(&entry.name, entry.content.to_vec()));
        }
        Ok(())
    })
    .unwrap();
    files.extend(more.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())));
    let mut writer = Writer::new(Blob::empty());
    for (name, content) in files {
        let header = Header {
            name: name.into_bytes(),
            typeflag: flag::REG,
            mode: 0o100_644,
            size: content.len() as u64,
            ..Header::default()
        };
        writer.entry(&header, &Blob::from(content)).unwrap();
    }
    writer.finish().unwrap().to_vec()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn real_layers_have_the_digests_that_sha256sum_gives() {
    for name in ["ubuntu", "busybox"] {
        let Some(archive) = real_archive(name) else { return skip!(NOT_HERE) };
        let path = archive.to_str().unwrap();
        let shell = |script: &str| {
            let output = Command::new("sh").args(["-c", script, path]).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let manifest: Value = serde_json::from_str(&shell("tar xOf \"$0\" manifest.json")).unwrap();
        let sums: Vec<String> = manifest[0]["Layers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|layer| shell(&format!("tar xOf \"$0\" {} | sha256sum", layer.as_str().unwrap())))
            .map(|line| format!("sha256:{}", line.split(' ').next().unwrap()))
            .collect();
        let all = inspect(&archive, &["--files"]);
        let layers = all["images"][0]["layers"].as_array().unwrap();
        assert!(!sums.is_empty());
        assert_eq!(layers.iter().map(|layer| layer["diff_id"].as_str().unwrap()).collect::<Vec<_>>(), sums);
        // What is in the base layer, by tar; its root is not an entry of ours.
        let list = shell(&format!("tar xOf \"$0\" {} | tar t", manifest[0]["Layers"][0].as_str().unwrap()));
        let entries = layers[0]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), list.lines().filter(|line| !matches!(*line, "./" | "/")).count());
        let text = said(&["inspect", path]);
        assert!(sums.iter().all(|sum| text.contains(&format!("{} ✓", &sum["sha256:".len()..]))), "{text}");
    }
}

#[test]
fn the_waste_of_an_image_made_here_is_exact() {
    let path = temporary("made.tar", &made_here());
    let all = inspect(&path, &["--files"]);
    let image = &all["images"][0];
    assert_eq!(image["references"], json!(["mine:4"]));
    let layers = image["layers"].as_array().unwrap();
    let row = |key: &str| layers.iter().map(|layer| layer[key].as_u64().unwrap()).collect::<Vec<_>>();
    // /note twice, /d/f, /d/sub/g, /e, and /twin's bytes with its last name.
    let waste = [4, 10, 1000, 500, 70, 300];
    assert_eq!(image["wasted"], waste.iter().sum::<u64>());
    let own = row("size");
    assert_eq!(own[1..], [4 + 1000 + 500 + 70 + 300, 10, 4, 10]);
    assert_eq!(row("wasted"), [0, 4 + 1000 + 500 + 70 + 300, 10, 0, 0]);
    assert_eq!(row("added")[1..], [6, 0, 0, 0]);
    assert_eq!(row("changed")[1..], [0, 1, 1, 1]);
    assert_eq!(row("deleted")[1..], [0, 2, 0, 1]);
    let size: u64 = own.iter().sum();
    assert_eq!(image["size"], size);
    assert!((image["efficiency"].as_f64().unwrap() - (1.0 - 1884.0 / size as f64)).abs() < 1e-12);
    let wasted: Vec<_> = image["waste"].as_array().unwrap().iter().map(Value::to_string).collect();
    let expected = [
        json!({"path": "/d/f", "bytes": 1000, "files": 1, "layers": [2], "hidden_by": [4], "deleted": false}),
        json!({"path": "/d/", "bytes": 500, "files": 1, "layers": [2], "hidden_by": [4], "deleted": true}),
        json!({"path": "/other", "bytes": 300, "files": 1, "layers": [2], "hidden_by": [5], "deleted": true}),
        json!({"path": "/e", "bytes": 70, "files": 1, "layers": [2], "hidden_by": [3], "deleted": true}),
        json!({"path": "/note", "bytes": 14, "files": 2, "layers": [2, 3], "hidden_by": [3, 5], "deleted": false}),
    ];
    assert_eq!(wasted, expected.map(|waste| waste.to_string()));
    let text = said(&["inspect", path.to_str().unwrap(), "--lang", "en"]);
    assert!(text.contains("1.87kB hidden by later layers") && text.contains("  2 → D4      /d/\n"), "{text}");
    assert!(text.contains("2,3 → C3,5  /note\n"), "{text}");
    let text = said(&["inspect", path.to_str().unwrap(), "--lang", "en", "--layer", "4", "--files"]);
    assert!(text.contains("d/  (opaque, hides 1 file)") && text.contains("d/f  (over layer 2)"), "{text}");
    assert!(!text.contains("/note") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn every_kind_of_archive_gives_the_same() {
    let saved = made_here();
    let image = load(saved.clone().into()).unwrap().remove(0);
    let same = |name: &str, bytes: &[u8]| {
        let all = inspect(&temporary(name, bytes), &["--files"]);
        all["images"][0].clone()
    };
    let plain = same("plain.tar", &saved);
    assert!(same("whole.tar.gz", &gzip(&saved)) == plain);
    let packed =
        repacked(&saved, &|name, c| Some((name.into(), if name.ends_with("layer.tar") { gzip(&c) } else { c })), &[]);
    assert!(same("packed.tar", &packed) == plain);
    assert!(same("oci.tar", &oci_layout(&image)) == plain);
    // Before 2016: the configs are made anew, and so are the ids.
    let old =
        |name: &str, content| (name != "manifest.json" && !name.ends_with(".json")).then(|| (name.into(), content));
    let old = same("old.tar", &repacked(&saved, &old, &[]));
    let ids = |image: &Value| {
        ["chain_id", "wasted"]
            .map(|key| image["layers"].as_array().unwrap().iter().map(|layer| layer[key].clone()).collect::<Vec<_>>())
    };
    assert_eq!((ids(&old), &old["waste"]), (ids(&plain), &plain["waste"]));
    // And by a pipe.
    let mut child = Command::new(env!("CARGO_BIN_EXE_capas"))
        .args(["inspect", "-", "--json", "--files"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&saved).unwrap();
    let all: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert!(all["source"] == "-" && all["images"][0] == plain);
}

fn oci_layout(image: &ArchivedImage) -> Vec<u8> {
    let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
    let mut put = |content: Vec<u8>| {
        let digest = Digest::of(&content);
        let descriptor = json!({"mediaType": "", "digest": digest.to_string(), "size": content.len()});
        blobs.push((format!("blobs/sha256/{}", digest.hex()), content));
        descriptor
    };
    let layers: Vec<Value> = image.layers.iter().map(|layer| put(gzip(&layer_tar::to_blob(layer).to_vec()))).collect();
    let manifest = json!({"schemaVersion": 2, "config": put(image.config_json.to_vec()), "layers": layers});
    let mut found = put(manifest.to_string().into_bytes());
    found["annotations"] = json!({"org.opencontainers.image.ref.name": "mine:4"});
    let index = json!({"schemaVersion": 2, "manifests": [found]}).to_string();
    let mut files: Vec<(&str, &[u8])> = vec![("index.json", index.as_bytes())];
    files.extend(blobs.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    repacked(&[], &|_, _| None, &files)
}

#[test]
fn what_is_no_image_or_another_one_is_refused_in_one_line() {
    let saved = made_here();
    let refuse = |name: &str, bytes: &[u8]| {
        let path = temporary(name, bytes);
        let (status, error) = refused(&["inspect", path.to_str().unwrap()]);
        (status, error.strip_prefix(&format!("capas: {}: ", path.display())).unwrap_or(&error).to_owned())
    };
    // One byte of a file in a layer.
    let at = saved.windows(8).position(|bytes| bytes == b"xxxxxxxx").unwrap();
    let mut changed = saved.clone();
    changed[at] = b'y';
    let (status, error) = refuse("changed.tar", &changed);
    assert_eq!(status, 1);
    assert!(
        error.starts_with("layer 2 is sha256:") && error.contains(", but the image's config says sha256:"),
        "{error}"
    );
    let (status, error) = refuse("cut.tar", &saved[..saved.len() / 2]);
    assert_eq!((status, error.as_str()), (2, "cut off in the middle of a file"));
    let nothing = "not an archive of images: no manifest.json, index.json or repositories in it";
    assert_eq!(refuse("empty", b""), (2, nothing.to_owned()));
    assert_eq!(refuse("text", &b"hola\n".repeat(1000)), (2, "not an archive of images, or damaged".to_owned()));
    let missing = repacked(&saved, &|name, c| (!name.ends_with("layer.tar")).then(|| (name.into(), c)), &[]);
    let (status, error) = refuse("missing.tar", &missing);
    assert!(status == 2 && error.starts_with("incomplete: ") && error.ends_with("layer.tar is not in it"), "{error}");
    let path = temporary("whole.tar", &saved);
    let (status, error) = refused(&["inspect", path.to_str().unwrap(), "--layer", "6"]);
    assert!(status == 2 && error.ends_with("has 5 layers: there is no layer 6"), "{error}");
    let (status, error) = refused(&["inspect", "no-such-image.tar"]);
    assert!(status == 2 && error.starts_with("capas: no-such-image.tar: neither a file nor an image"), "{error}");
    assert_eq!(refused(&["inspect", "src"]), (2, "capas: src: Is a directory".to_owned()));
    assert_eq!(refused(&["inspect", "busybox:0.0"]).0, 2);
}

#[test]
fn the_fields_of_the_json_are_those_that_are_documented() {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let path = temporary("keys.tar", &made_here());
    let all = inspect(&path, &["--files", "--layer", "3"]);
    let image = &all["images"][0];
    let entry = &image["layers"][0]["entries"][0];
    let documented = [
        (&all, "source images"),
        (image, "references id created os architecture size wasted efficiency history waste layers"),
        (&image["history"][0], "layer created_by created comment"),
        (&image["waste"][0], "path bytes files layers hidden_by deleted"),
        (
            &image["layers"][0],
            "layer diff_id chain_id size tar_size created_by files added changed deleted wasted entries",
        ),
        (entry, "path mark mode uid gid size opaque covers hides wastes hidden_by"),
    ];
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/inspect.md")).unwrap();
    for (value, expected) in documented {
        assert_eq!(keys(value), expected);
        let unsaid: Vec<_> = expected.split(' ').filter(|key| !page.contains(&format!("`{key}`"))).collect();
        assert!(unsaid.is_empty(), "docs/inspect.md says nothing of {unsaid:?}");
    }
    assert_eq!((image["layers"].as_array().unwrap().len(), &image["layers"][0]["layer"]), (1, &json!(3)));
    assert_eq!(inspect(&path, &[])["images"][0]["layers"][0].get("entries"), None);
}

#[test]
fn an_image_of_the_registry_by_its_name() {
    let spanish = said(&["inspect", "busybox"]);
    assert!(spanish.starts_with("busybox:latest\n  sha256:") && spanish.contains("eficiencia 100 %"), "{spanish}");
    assert!(spanish.contains(" (sin capa)\n") && spanish.contains("Nada se desperdicia"), "{spanish}");
    let english = said(&["inspect", "docker.io/library/busybox", "--lang", "en"]);
    assert!(english.contains("efficiency 100%") && english.contains("(no layer)"), "{english}");
    for text in [spanish, english] {
        assert!(!text.contains('\u{1b}') && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn foreign_names_do_not_command_the_terminal() {
    let mut builder = LayerBuilder::new();
    let name = format!("a\u{1b}[2Jb\u{202e}{}", capas::layerfs::path::from_bytes(b"\xff"));
    builder.file(&name, "1".into(), Meta::new(0o644, Time(0))).unwrap();
    let image = image_of(vec![builder.finish()], "RUN \u{1b}]0;title\u{7} x\r\n");
    let archive = capas::oci::archive::save(&[image]);
    let bytes: Vec<u8> = archive.to_vec();
    let path = temporary("names.tar", &bytes);
    let text = said(&["inspect", path.to_str().unwrap(), "--files"]);
    assert!(text.contains(r"a\x1b[2Jb\xe2\x80\xae\xff"), "{text}");
    assert!(text.contains(r"RUN \x1b]0;title\x07 x"), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}

#[test]
fn figures_of_images() {
    let path = temporary("figure.tar", &made_here());
    for view in ["container", "sharing"] {
        let svg = said(&["figure", path.to_str().unwrap(), "--view", view]);
        assert!(svg.starts_with("<svg") && svg.contains("mine:4"), "{svg}");
    }
    assert!(said(&["figure", "busybox"]).contains("busybox"));
    assert_eq!(refused(&["figure", "no-such-file"]).0, 2);
}

fn image_of(layers: Vec<Layer>, created_by: &str) -> ArchivedImage {
    let layers: Vec<Arc<Layer>> = layers.into_iter().map(Arc::new).collect();
    let step = || History {
        created: Time(0),
        author: String::new(),
        created_by: created_by.to_owned(),
        comment: String::new(),
        empty_layer: false,
    };
    let diff_ids = layers.iter().map(|layer| layer_tar::diff_id(layer)).collect();
    let config = ImageConfig {
        history: layers.iter().map(|_| step()).collect(),
        rootfs: RootFs { diff_ids, ..RootFs::default() },
        ..ImageConfig::parse(b"{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}").unwrap()
    };
    let config_json: Arc<[u8]> = config.to_json().into();
    let id = ImageId(Digest::of(&config_json));
    ArchivedImage { config_json, id, tags: Vec::new(), layers, parent: None }
}

/// Every file that a container sees, with its size.
fn seen(vfs: &Vfs, who: &Who<'_>, dir: &str, out: &mut BTreeMap<String, u64>) {
    for entry in vfs.readdir(who, dir).unwrap() {
        let path = format!("{}/{}", dir.trim_end_matches('/'), entry.name);
        let stat = vfs.lstat(who, &path).unwrap();
        match stat.kind {
            FileKind::Dir => seen(vfs, who, &path, out),
            _ => drop(out.insert(path, stat.size)),
        }
    }
}

proptest! {
    #[test]
    fn what_is_not_wasted_is_what_a_container_sees(
        layers in prop::collection::vec(
            prop::collection::vec((0u8..6, prop::collection::vec("[a-c]|a-", 1..4), 0u64..100), 0..8), 1..5)
    ) {
        let meta = Meta::new(0o755, Time(0));
        let layers: Vec<Layer> = layers.into_iter().map(|ops| {
            let mut builder = LayerBuilder::new();
            for (op, names, len) in ops {
                let path = names.join("/");
                // What one layer cannot hold is left out.
                let _ = match op {
                    0 | 1 => builder.file(&path, Blob::zeros(len), meta),
                    2 => builder.symlink(&path, "x/y", meta),
                    3 => builder.dir(&path, meta),
                    4 => builder.whiteout(&path, meta),
                    _ => builder.opaque(&path),
                };
            }
            builder.finish()
        }).collect();
        let image = image_of(layers, "");
        let analysis = analyse(&image).unwrap();
        let vfs = Vfs::new(Mount::new(image.layers.clone()));
        let mut expected = BTreeMap::new();
        seen(&vfs, &Who::root(Time(0)), "/", &mut expected);
        let entries = || analysis.layers.iter().flat_map(|layer| &layer.entries);
        let left = entries().filter(|e| e.mark != Mark::D && !e.is_dir() && e.hidden_by.is_none());
        prop_assert_eq!(left.map(|e| (e.path.clone(), e.size)).collect::<BTreeMap<_, _>>(), expected.clone());
        prop_assert_eq!(analysis.size - analysis.wasted, expected.values().sum::<u64>());
        prop_assert_eq!(entries().map(|e| e.wastes).sum::<u64>(), analysis.wasted);
        prop_assert_eq!(analysis.waste.iter().map(|w| w.bytes).sum::<u64>(), analysis.wasted);
        let hidden = entries().filter(|e| !e.is_dir() && e.hidden_by.is_some()).count();
        prop_assert_eq!(entries().map(|e| e.hides).sum::<usize>(), hidden);
    }
}
