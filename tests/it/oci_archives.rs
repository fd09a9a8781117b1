//! Layers and images as archives: the bytes that a real Docker 20.10.24 made of the same operations, real archives,
//! other tools' layouts, and broken input.

use crate::real_archives::{archive as real_archive, NOT_HERE};
use crate::skip::skip;
use capas::ambient::Time;
use capas::layerfs::{Blob, EntryBody, FileKind, Layer, LayerBuilder, Meta, Mount, OpenFlags, Vfs, Who};
use capas::oci::archive::{load, save, ArchiveError, ArchivedImage};
use capas::oci::config::{Commit, ContainerConfig, ImageConfig};
use capas::oci::tar::{flag, Header, TarError, Writer};
use capas::oci::{layer_tar, DiffId, Digest, ImageId, Reference};
use proptest::prelude::*;
use std::io::Write as _;
use std::sync::Arc;

const SECOND: i64 = 1_000_000_000;

fn touch(vfs: &mut Vfs, who: &Who<'_>, path: &str, text: &str) {
    let file = vfs.open(who, path, OpenFlags::REWRITE, 0o666).unwrap();
    vfs.write(who, &file, 0, text.as_bytes()).unwrap();
}

/// What this script left when a container of `ubuntu` ran it, all within one second:
///
/// ```text
/// mkdir -p /c/d; echo 1 > /c/d/1; chown 1:1 /c/d/1; ln /c/d/1 /c/d/l; echo x > "/c/ñandú con espacio"
/// L=$(printf "%0120d" 1); echo y > /c/$L; mkdir -p /c/$L.d/sub; echo z > /c/$L.d/sub/f
/// M=$(printf "%0200d" 2); echo m > /c/$M; ln -s /$M$M /c/lnk; mkfifo /c/p; mknod /c/dev c 300 70000
/// mknod /c/blk b 8 1; chown 3000000:3000000 /c/p; rm /etc/motd; rm -rf /srv; mkdir /srv; rm /etc/issue
/// touch -d "1960-01-01" /c/old; touch -d 2255-01-01 /c/new; (a socket /c/sock); chmod 1777 /c/d; mkdir "/c/x y"
/// ln -s x /c/sl; ln /c/sl /c/sl2; chown -h 33:33 /c/sl; chmod 4755 /c/d/1; touch "$(printf "/c/\xff\xfeq")"
/// mv /etc/debian_version /etc/dv2; mkfifo /c/p2; ln /c/p2 /c/p3; truncate -s 1M /c/hole
/// rm -rf /opt; mkdir -m 700 /opt; chown 8:8 /opt; mkdir /c/$L.dd; rm -rf /home; mkdir -p /home/a
/// ```
fn everything(vfs: &mut Vfs, who: &Who<'_>) {
    let (l, m) = (format!("{:0120}", 1), format!("{:0200}", 2));
    let at = |path: &str| format!("/c/{path}");
    for dir in ["/c", "/c/d"] {
        vfs.mkdir(who, dir, 0o777).unwrap();
    }
    touch(vfs, who, "/c/d/1", "1\n");
    vfs.chown(who, "/c/d/1", Some(1), Some(1), true).unwrap();
    vfs.link(who, "/c/d/1", "/c/d/l").unwrap();
    touch(vfs, who, "/c/ñandú con espacio", "x\n");
    touch(vfs, who, &at(&l), "y\n");
    for dir in [format!("{l}.d"), format!("{l}.d/sub"), format!("{l}.dd"), "x y".to_owned()] {
        vfs.mkdir(who, &at(&dir), 0o777).unwrap();
    }
    touch(vfs, who, &at(&format!("{l}.d/sub/f")), "z\n");
    touch(vfs, who, &at(&m), "m\n");
    vfs.symlink(who, &format!("/{m}{m}"), "/c/lnk").unwrap();
    for (path, kind, rdev) in [
        ("/c/p", FileKind::Fifo, (0, 0)),
        ("/c/p2", FileKind::Fifo, (0, 0)),
        ("/c/dev", FileKind::CharDevice, (300, 70000)),
        ("/c/blk", FileKind::BlockDevice, (8, 1)),
        ("/c/sock", FileKind::Socket, (0, 0)),
    ] {
        vfs.mknod(who, path, kind, rdev, 0o666).unwrap();
    }
    vfs.link(who, "/c/p2", "/c/p3").unwrap();
    vfs.chown(who, "/c/p", Some(3_000_000), Some(3_000_000), true).unwrap();
    vfs.unlink(who, "/etc/motd").unwrap();
    for (dir, mode) in [("/srv", 0o777), ("/opt", 0o700), ("/home", 0o777)] {
        vfs.rmdir(who, dir).unwrap();
        vfs.mkdir(who, dir, mode).unwrap();
    }
    vfs.chown(who, "/opt", Some(8), Some(8), true).unwrap();
    vfs.mkdir(who, "/home/a", 0o777).unwrap();
    vfs.unlink(who, "/etc/issue").unwrap();
    for (path, secs) in [("/c/old", -315_619_200), ("/c/new", 8_993_721_600)] {
        touch(vfs, who, path, "");
        vfs.utimes(who, path, Some(Time(secs * SECOND)), Some(Time(secs * SECOND)), true).unwrap();
    }
    vfs.chmod(who, "/c/d", 0o1777).unwrap();
    vfs.symlink(who, "x", "/c/sl").unwrap();
    vfs.link(who, "/c/sl", "/c/sl2").unwrap();
    vfs.chown(who, "/c/sl", Some(33), Some(33), false).unwrap();
    vfs.chmod(who, "/c/d/1", 0o4755).unwrap();
    touch(vfs, who, &at(&capas::layerfs::path::from_bytes(b"\xff\xfeq")), "");
    vfs.rename(who, "/etc/debian_version", "/etc/dv2").unwrap();
    touch(vfs, who, "/c/hole", "");
    vfs.truncate(who, "/c/hole", 1 << 20).unwrap();
}

#[test]
fn a_commit_has_the_digest_that_docker_gave_it() {
    let meta = |mode, secs| Meta::new(mode, Time::from_secs(secs));
    let mut base = LayerBuilder::new();
    for dir in ["etc", "home", "opt", "srv"] {
        base.dir(dir, meta(0o755, 1_783_019_100)).unwrap();
    }
    base.file("etc/debian_version", "12.15\n".into(), meta(0o644, 1_783_019_002)).unwrap();
    base.file("etc/issue", "Debian\n".into(), meta(0o644, 1_783_019_100)).unwrap();
    base.file("etc/motd", "Debian\n".into(), meta(0o644, 1_783_019_100)).unwrap();
    let mut vfs = Vfs::new(Mount::new([Arc::new(base.finish())]));
    everything(&mut vfs, &Who::root(Time(1_795_519_837 * SECOND + 5)));
    let mount = vfs.root().borrow().clone();
    let committed = layer_tar::diff_id(&mount.freeze());
    assert_eq!(committed.to_string(), "sha256:5671617b10cb5ecb93f8c45ef961c79b7aa9d2a452863b903ad1531c2bfa43dc");
    assert_eq!(layer_tar::diff_id(&mount.upper()), committed, "the archive holds whole seconds anyway");
    assert_eq!(mount.size_rw(), 73_934_454 - 72_885_460, "the size that docker gave the image, less its base's");
}

/// `docker run -e A=1 --label k=v busybox sh -c 'echo "hola" > /saludo'`, then
/// `docker commit -a 'Ana <a@b.c>' -m 'con "comillas" & <más>' -c 'CMD ["cat","/saludo"]' -c 'EXPOSE 80'`.
#[test]
fn a_committed_image_has_dockers_id() {
    let parent = include_bytes!("../golden/oci/parent.json");
    let committed = include_bytes!("../golden/oci/committed.json");
    let (base, want) = (ImageConfig::parse(parent).unwrap(), ImageConfig::parse(committed).unwrap());
    let mut layer = LayerBuilder::new();
    layer.file("saludo", "hola\n".into(), Meta::new(0o644, Time::from_secs(1_795_521_076))).unwrap();
    let layer = Arc::new(layer.finish());
    let container_config = ContainerConfig {
        hostname: "59bad2eaa17c".to_owned(),
        attach_stdout: true,
        attach_stderr: true,
        env: Some(
            ["A=1", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"].map(str::to_owned).into(),
        ),
        cmd: Some(["sh", "-c", "echo \"hola\" > /saludo"].map(str::to_owned).into()),
        image: "busybox".to_owned(),
        labels: Some([("k".to_owned(), "v".to_owned())].into()),
        ..ContainerConfig::default()
    };
    let config = ContainerConfig {
        cmd: Some(["cat", "/saludo"].map(str::to_owned).into()),
        exposed_ports: Some([("80/tcp".to_owned(), capas::oci::config::Empty {})].into()),
        ..container_config.clone()
    };
    let child = base.child(Commit {
        container: "59bad2eaa17ce53e586a4fe97ff3dc0b46aad0bddd4144535b0c2dea26b6fbe5".to_owned(),
        container_config,
        config,
        layer: Some(layer_tar::diff_id(&layer)),
        author: "Ana <a@b.c>".to_owned(),
        comment: "con \"comillas\" & <más>".to_owned(),
        created: Time::parse_rfc3339("2026-11-24T11:51:17.156685083Z").unwrap(),
        docker_version: "20.10.24+dfsg1".to_owned(),
    });
    assert_eq!(child, want);
    let json = child.to_json();
    assert_eq!(String::from_utf8_lossy(&json), String::from_utf8_lossy(committed));
    let id = "sha256:19c10dbb70eb21efcef6686c9a30e836ab90beb1c42efe101855b608291b793f";
    assert_eq!(child.id().to_string(), id);

    let Some(busybox) = real_archive("busybox") else {
        return skip!(NOT_HERE);
    };
    let mut image = load(busybox).unwrap().remove(0);
    let tags = vec![Reference::parse("saludo:1").unwrap()];
    image.layers.push(layer);
    let image = ArchivedImage { config_json: json.into(), id: child.id(), tags, parent: Some(image.id), ..image };
    let saved = save(&[image]);
    let want = "sha256:e3f63d2ac29c4030a7a005a11114cef0e476601d905f9bab61853374237b6255";
    assert_eq!(Digest::of(&saved.to_vec()).to_string(), want, "docker save of the same image");
}

#[test]
fn real_archives_keep_their_identity() {
    for (name, id, size, layers, saved) in [
        (
            "ubuntu",
            "sha256:eb00f075d41f349b7ad84cb099e76dbc2589b81c385996abe89db627d5a5da1e",
            72_885_460,
            3,
            "sha256:93a6989eb5a26284493e1dafd783c081d55baa1a033b232ebdad33d4af543525",
        ),
        (
            "busybox",
            "sha256:0bea94907166095e698ea4e505beffa085d635f6d2fddafa01d60836c2ed1174",
            1_982_296,
            1,
            "sha256:e950c7d097d71af61575dd8bea69f67a207b7bfb49988fbefe58d92af180d06d",
        ),
    ] {
        let Some(bytes) = real_archive(name) else {
            return skip!(NOT_HERE);
        };
        let images = load(bytes).unwrap();
        let [image] = images.as_slice() else { panic!("{} images", images.len()) };
        assert_eq!((image.id.to_string().as_str(), image.layers.len()), (id, layers));
        assert_eq!(image.layers.iter().map(|layer| layer.size()).sum::<u64>(), size);
        assert_eq!(image.tags.iter().map(Reference::familiar).collect::<Vec<_>>(), [format!("{name}:latest")]);
        for layer in &image.layers {
            assert_eq!(layer_tar::write_fresh(layer, Blob::empty()).unwrap(), layer_tar::to_blob(layer));
        }
        let again = save(&images);
        assert_eq!(Digest::of(&again.to_vec()).to_string(), saved, "docker save {name}");
        let back = load(again.to_vec().into()).unwrap();
        assert_eq!(back[0].id, image.id);
        let ids = |image: &ArchivedImage| image.layers.iter().map(|l| layer_tar::diff_id(l)).collect::<Vec<_>>();
        assert_eq!(ids(&back[0]), ids(image));
    }
}

fn small_layer() -> Layer {
    let mut b = LayerBuilder::new();
    let meta = Meta::new(0o644, Time::from_secs(1_700_000_000));
    b.file("etc/motd", "hola\n".into(), meta).unwrap();
    b.file("bin/prog", Blob::generated(3, 3000), Meta { mode: 0o755, ..meta }).unwrap();
    b.hardlink("bin/other", "bin/prog").unwrap();
    b.symlink("bin/ñ", &"x".repeat(150), meta).unwrap();
    b.whiteout("gone", meta).unwrap();
    b.opaque("etc").unwrap();
    b.special("dev/null", FileKind::CharDevice, (1, 3), meta).unwrap();
    b.finish()
}

fn small_image(tag: &str, parent: Option<ImageId>) -> ArchivedImage {
    let layers = vec![Arc::new(small_layer()), Arc::new(Layer::default()), Arc::new(small_layer())];
    let mut config = ImageConfig { created: Time::from_secs(1_700_000_001), ..ImageConfig::default() };
    config.rootfs.diff_ids = layers.iter().map(|layer| layer_tar::diff_id(layer)).collect();
    let tags = vec![Reference::parse(tag).unwrap()];
    ArchivedImage { id: config.id(), config_json: config.to_json().into(), tags, layers, parent }
}

#[test]
fn several_images_and_repeated_layers_come_back() {
    let first = small_image("a:1", None);
    let second = small_image("b:2", Some(first.id));
    let saved = save(&[first.clone(), second]);
    let back = load(saved.to_vec().into()).unwrap();
    assert_eq!(back.iter().map(|i| i.id).collect::<Vec<_>>(), [first.id, first.id]);
    assert_eq!(back[1].parent, Some(first.id));
    assert_eq!(back[0].layers.len(), 3);
    let packed = gzip(&saved.to_vec());
    assert_eq!(load(packed.into()).unwrap()[0].id, first.id);
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::new(Blob::empty());
    for (name, content) in files {
        let header = Header {
            name: name.as_bytes().to_vec(),
            typeflag: flag::REG,
            mode: 0o644,
            size: content.len() as u64,
            ..Header::default()
        };
        writer.entry(&header, &Blob::from_bytes(*content)).unwrap();
    }
    writer.finish().unwrap().to_vec()
}

#[test]
fn an_oci_layout_loads() {
    let image = small_image("x", None);
    let layers: Vec<Vec<u8>> = image.layers.iter().map(|l| gzip(&layer_tar::to_blob(l).to_vec())).collect();
    let describe = |bytes: &[u8]| format!(r#"{{"digest":"{}","size":{}}}"#, Digest::of(bytes), bytes.len());
    let list: Vec<String> = layers.iter().map(|l| describe(l)).collect();
    let manifest = format!(r#"{{"config":{},"layers":[{}]}}"#, describe(&image.config_json), list.join(","));
    let index = format!(
        r#"{{"manifests":[{{"digest":"{}","annotations":{{"org.opencontainers.image.ref.name":"uno:2"}}}}]}}"#,
        Digest::of(manifest.as_bytes())
    );
    let path = |bytes: &[u8]| format!("blobs/sha256/{}", Digest::of(bytes).hex());
    let mut files = vec![("index.json".to_owned(), index.as_bytes().to_vec())];
    files.push((path(manifest.as_bytes()), manifest.as_bytes().to_vec()));
    files.push((path(&image.config_json), image.config_json.to_vec()));
    files.extend(layers.iter().map(|l| (path(l), l.clone())));
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    let back = load(tar(&borrowed).into()).unwrap();
    assert_eq!(back[0].id, image.id);
    assert_eq!(back[0].tags[0].familiar(), "uno:2");
}

#[test]
fn an_archive_without_manifest_loads_as_docker_migrates_it() {
    let image = small_image("viejo:1", None);
    let saved = save(std::slice::from_ref(&image));
    let mut kept = Writer::new(Blob::empty());
    capas::oci::tar::read_entries(&saved, |entry| -> Result<(), TarError> {
        if !entry.name.ends_with(".json") {
            let header = Header {
                name: entry.name.into_bytes(),
                linkname: entry.linkname.into_bytes(),
                typeflag: entry.typeflag,
                mode: entry.mode,
                size: entry.content.len(),
                ..Header::default()
            };
            kept.entry(&header, &entry.content).unwrap();
        }
        Ok(())
    })
    .unwrap();
    let back = load(kept.finish().unwrap().to_vec().into()).unwrap();
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].tags, image.tags);
    let ids = |image: &ArchivedImage| image.layers.iter().map(|l| layer_tar::diff_id(l)).collect::<Vec<_>>();
    assert_eq!(ids(&back[0]), ids(&image));
    let config = ImageConfig::parse(&back[0].config_json).unwrap();
    assert_eq!((config.history.len(), config.created), (3, Time::from_secs(1_700_000_001)));
    assert_eq!(config.rootfs.diff_ids, ids(&image));

    let looped = br#"{"parent":"x"}"#;
    let files: [(&str, &[u8]); 3] =
        [("repositories", br#"{"a":{"1":"x"}}"#), ("x/json", looped), ("x/layer.tar", &[0; 1024])];
    let error = load(tar(&files).into()).unwrap_err().to_string();
    assert_eq!(error, "x/json: its parents have no end");
}

#[test]
fn what_is_wrong_is_said() {
    let error = |files: &[(&str, &[u8])]| load(tar(files).into()).unwrap_err().to_string();
    assert_eq!(error(&[]), "open manifest.json: no such file or directory");
    assert_eq!(error(&[("manifest.json", b"[]x")]), "manifest.json: trailing characters at line 1 column 3");
    let manifest = br#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l/layer.tar"]}]"#;
    assert_eq!(error(&[("manifest.json", manifest)]), "open c.json: no such file or directory");
    let none = br#"{"rootfs":{"type":"layers","diff_ids":[]}}"#;
    assert_eq!(
        error(&[("manifest.json", manifest), ("c.json", none)]),
        "invalid manifest, layers length mismatch: expected 1, got 0"
    );
    let id: DiffId = DiffId(Digest::of(b""));
    let one = format!(r#"{{"rootfs":{{"type":"layers","diff_ids":["{id}"]}}}}"#);
    let empty = [0; 1024];
    assert_eq!(
        error(&[("manifest.json", manifest), ("c.json", one.as_bytes()), ("l/layer.tar", &empty)]),
        format!("invalid diffID for layer 0: expected \"{id}\", got \"{}\"", Digest::of(&empty))
    );
    assert_eq!(load(Arc::from(*b"this is no archive")).unwrap_err(), ArchiveError::Tar(TarError::Truncated));
    assert_eq!(load(vec![b'x'; 600].into()).unwrap_err(), ArchiveError::Tar(TarError::InvalidHeader(0)));

    let read = |files: &[(&str, &[u8])]| layer_tar::read(tar(files).into()).unwrap_err();
    assert_eq!(read(&[("a/../../x", b"")]), TarError::Breakout("a/../../x".to_owned()));
    assert_eq!(read(&[("a", b""), ("a/b", b"")]), TarError::BadPath("a/b".to_owned()));
    let deep = "d/".repeat(5000) + "x";
    assert_eq!(read(&[(&deep, b"")]), TarError::BadPath(deep.clone()));
    let whole = tar(&[("f", &[7; 5000])]);
    assert_eq!(layer_tar::read(whole[..3000].into()).unwrap_err(), TarError::Truncated);
}

#[test]
fn other_tars_read_too() {
    // GNU's long names, directories told by a slash, `./` in front, a base-256 owner.
    let header = |name: &str, typeflag: u8, size: u64| Header {
        name: name.as_bytes().to_vec(),
        typeflag,
        mode: 0o644,
        size,
        ..Header::default()
    };
    let long = "n".repeat(140);
    let mut writer = Writer::new(Blob::empty());
    writer.entry(&header("./", flag::DIR, 0), &Blob::empty()).unwrap();
    writer.entry(&header("././@LongLink", b'L', 141), &format!("{long}\0").as_str().into()).unwrap();
    writer.entry(&header("cut", flag::REG, 3), &"abc".into()).unwrap();
    writer.entry(&header("old/", 0, 0), &Blob::empty()).unwrap();
    let bytes = writer.finish().unwrap().to_vec();
    let layer = layer_tar::read(bytes.clone().into()).unwrap();
    assert_eq!(layer.lookup(&long).unwrap().size(), 3);
    assert_eq!(layer.lookup("old").unwrap().body, EntryBody::Dir { opaque: false });
    assert_eq!(layer_tar::diff_id(&layer).0, Digest::of(&bytes), "the bytes as they came");
    assert_eq!(layer_tar::to_blob(&layer).to_vec(), bytes);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{1,2}",
        "[a-z]{90,130}",
        "[ñé ]{1,3}",
        prop::collection::vec(any::<u8>(), 1..5)
            .prop_map(|b| capas::layerfs::path::from_bytes(&b).replace(['/', '\0', '.'], "_"))
    ]
}

prop_compose! {
    fn entry()(
        path in prop::collection::vec(name(), 1..4),
        kind in 0u8..9,
        mode in 0u32..0o10000,
        owner in prop_oneof![0u32..40, Just(65534), 2_000_000u32..4_000_000],
        secs in prop_oneof![0i64..2_000_000_000, -400_000_000i64..0, 8_000_000_000i64..9_000_000_000],
        size in 0usize..2000,
        target in name(),
    ) -> (String, u8, Meta, usize, String) {
        (path.join("/"), kind, Meta::new(mode, Time(secs * SECOND)).owned(owner, owner / 2), size, target)
    }
}

fn build(entries: &[(String, u8, Meta, usize, String)]) -> Layer {
    let mut b = LayerBuilder::new();
    let mut last = String::new();
    for (path, kind, meta, size, target) in entries {
        // What cannot be (a file as a parent) is refused; the rest is the layer.
        let _ = match kind {
            0 => b.dir(path, *meta),
            1 => b.dir(path, *meta).and_then(|()| b.opaque(path)),
            2 => b.symlink(path, target, Meta { mode: 0o777, ..*meta }),
            3 => b.hardlink(path, &last),
            4 => b.whiteout(path, Meta::new(0, meta.mtime)),
            5 => b.special(path, FileKind::Fifo, (0, 0), *meta),
            6 => b.special(path, FileKind::BlockDevice, (8, *size as u32), *meta),
            _ => b.file(path, Blob::generated(*size as u64, *size as u64), *meta),
        };
        last.clone_from(path);
    }
    b.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_layer_comes_back_from_its_archive(entries in prop::collection::vec(entry(), 0..25)) {
        let layer = build(&entries);
        let tar = layer_tar::to_blob(&layer);
        let back = layer_tar::read_blob(&tar).unwrap();
        let strip = |layer: &Layer| layer.entries().map(|e| (e.path, e.body, e.meta, e.nlink)).collect::<Vec<_>>();
        prop_assert_eq!(strip(&back), strip(&layer));
        prop_assert_eq!(back.size(), layer.size());
        prop_assert_eq!(layer_tar::write_fresh(&back, Blob::empty()).unwrap(), tar);
    }

    #[test]
    fn broken_layers_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), fix in any::<bool>()) {
        let mut bytes = layer_tar::to_blob(&small_layer()).to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if fix {
                // With its checksum right, what is broken gets further.
                let start = at / 512 * 512;
                bytes[start + 148..start + 156].copy_from_slice(b"        ");
                let sum: u32 = bytes[start..start + 512].iter().map(|b| u32::from(*b)).sum();
                bytes[start + 148..start + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
        }
        bytes.truncate(bytes.len().min(cut.index(2 * bytes.len())));
        if let Ok(layer) = layer_tar::read(bytes.into()) {
            layer.size();
            layer_tar::write_fresh(&layer, Blob::empty()).unwrap();
        }
    }

    #[test]
    fn broken_archives_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>()) {
        let mut bytes = save(&[small_image("a:1", None)]).to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().min(cut.index(2 * bytes.len())));
        if let Ok(images) = load(bytes.into()) {
            save(&images);
        }
    }
}
