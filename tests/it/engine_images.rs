//! Images in the simulated engine, asked through the trait: names, removal and its refusals, commit, archives.

use crate::engine_bench::{request, short, Bench};
use capas::engine::api::*;
use capas::engine::snapshot::ChangeKind;
use capas::oci::{layer_tar, Digest, ImageConfig};

fn untagged(name: &str) -> ImageDeleted {
    ImageDeleted::Untagged(name.to_owned())
}

fn deleted(id: &str) -> ImageDeleted {
    ImageDeleted::Deleted(id.to_owned())
}

fn chain(b: &Bench, name: &str) -> Vec<String> {
    let snapshot = b.engine.snapshot_now();
    let id = b.image_id(name);
    snapshot.image(&id).unwrap().layers.iter().map(|l| l.to_string()).collect()
}

/// The tags without digests, as a pull leaves both.
fn drop_digests(b: &Bench, name: &str) {
    let (id, tags) = {
        let name = name.to_owned();
        b.ask(async move |e| e.image_inspect(&name).await.map(|i| (i.repo_digests, i.repo_tags)).unwrap())
    };
    assert!(!tags.is_empty());
    for digest in id {
        b.remove_image(&digest, false).unwrap();
    }
}

#[test]
fn a_pull_tells_what_a_real_one_tells() {
    let b = Bench::empty();
    let messages = b.pull("app");
    let lines: Vec<String> = messages
        .iter()
        .filter(|m| m.progress.is_empty())
        .map(|m| if m.id.is_empty() { m.status.clone() } else { format!("{}: {}", m.id, m.status) })
        .collect();
    let inspect = b.ask(async |e| e.image_inspect("app").await.unwrap());
    let ids: Vec<&str> = inspect.root_fs.layers.iter().map(|l| short(l)).collect();
    let digest = inspect.repo_digests[0].split_once('@').unwrap().1.to_owned();
    assert_eq!(lines[0], "latest: Pulling from library/app");
    assert_eq!(lines[1..3], [format!("{}: Pulling fs layer", ids[0]), format!("{}: Pulling fs layer", ids[1])]);
    for id in &ids {
        for step in ["Verifying Checksum", "Download complete", "Pull complete"] {
            assert!(lines.contains(&format!("{id}: {step}")), "{id}: {step}");
        }
    }
    assert_eq!(
        lines[lines.len() - 2..],
        [format!("Digest: {digest}"), "Status: Downloaded newer image for app:latest".into()]
    );
    assert!(messages.iter().any(|m| m.status == "Extracting" && m.progress_detail.unwrap().current.is_some()));
    let again = b.pull("app");
    assert_eq!(again.len(), 3);
    assert_eq!(again[2].status, "Status: Image is up to date for app:latest");
    let other = b.pull("app:1.0");
    assert_eq!(other[0].id, "1.0");
    assert_eq!(other[2].status, "Status: Downloaded newer image for app:1.0");
    // The base is shared.
    let tiny = b.pull("tiny");
    assert_eq!((tiny[1].id.as_str(), tiny[1].status.as_str()), (ids[0], "Already exists"));
    assert_eq!(b.engine.snapshot_now().layers.len(), 2);
}

#[test]
fn what_the_registry_lacks_is_refused() {
    let b = Bench::empty();
    let pull = |name: &'static str| b.ask(async move |e| e.image_pull(name).await).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        pull("nosuch"),
        "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access \
         to the resource is denied"
    );
    assert_eq!(pull("tiny:99"), "manifest for tiny:99 not found: manifest unknown: manifest unknown");
    assert_eq!(pull("Foo"), "invalid reference format: repository name must be lowercase");
    assert_eq!(pull("a:b:c"), "invalid reference format");
}

#[test]
fn names_come_and_go() {
    let b = Bench::new();
    let tag = |from: &'static str, to: &'static str| {
        b.ask(async move |e| e.image_tag(from, to).await).map_err(|e| e.to_string())
    };
    tag("tiny", "mi-tiny:v1").unwrap();
    tag("tiny:latest", "usuario/repo").unwrap();
    tag("tiny", "localhost:5000/tiny:20.04").unwrap();
    assert_eq!(tag("nosuch", "foo"), Err("No such image: nosuch:latest".into()));
    assert_eq!(tag("tiny", "Foo"), Err("invalid reference format: repository name must be lowercase".into()));
    let id = b.image_id("tiny");
    assert_eq!(
        b.remove_image(short(&id), false).unwrap_err(),
        format!(
            "conflict: unable to delete {} (must be forced) - image is referenced in multiple repositories",
            short(&id)
        )
    );
    assert_eq!(b.remove_image("mi-tiny:v1", false).unwrap(), [untagged("mi-tiny:v1")]);
    assert_eq!(b.remove_image("mi-tiny:v1", false).unwrap_err(), "No such image: mi-tiny:v1");
    assert_eq!(b.remove_image("usuario/repo", false).unwrap(), [untagged("usuario/repo:latest")]);
    assert_eq!(b.images().iter().filter(|t| t.contains("tiny")).count(), 2);
    assert_eq!(b.image_id(short(&id)), id);
    assert_eq!(b.image_id(&id), id);
    // A name that moves leaves the other image dangling.
    tag("app", "tiny").unwrap();
    assert_ne!(b.image_id("tiny"), id);
}

#[test]
fn an_image_in_use_is_held() {
    let b = Bench::new();
    drop_digests(&b, "tiny");
    let id = b.image_id("tiny");
    let layers = chain(&b, "tiny");
    let c = b.create("c1", "tiny", &["sleep", "900"]);
    let (image, container) = (short(&id), short(&c));
    assert_eq!(
        b.remove_image("tiny", false).unwrap_err(),
        format!(
            "conflict: unable to remove repository reference \"tiny\" (must force) - container {container} is using its \
             referenced image {image}"
        )
    );
    let refusal = b.engine.snapshot_now().refusal.unwrap();
    assert_eq!((&*refusal.image, &*refusal.container), (id.as_str(), c.as_str()));
    b.engine.clear_refusal();
    assert_eq!(b.engine.snapshot_now().refusal, None);
    assert!(b.remove_image("tiny:latest", false).unwrap_err().contains("reference \"tiny:latest\" (must force)"));
    assert_eq!(
        b.remove_image(image, false).unwrap_err(),
        format!("conflict: unable to delete {image} (must be forced) - image is being used by stopped container {container}")
    );
    b.start("c1").unwrap();
    for force in [false, true] {
        assert_eq!(
            b.remove_image(image, force).unwrap_err(),
            format!(
                "conflict: unable to delete {image} (cannot be forced) - image is being used by running container {container}"
            )
        );
    }
    // By name and by force only the name goes while it runs.
    assert_eq!(b.remove_image("tiny", true).unwrap(), [untagged("tiny:latest")]);
    assert!(b.images().contains(&"<none>:<none>".into()));
    let shown = b.ask(async |e| e.containers(ContainerListOptions::default()).await.unwrap());
    assert_eq!(shown[0].image, id);
    b.ask(async |e| e.container_kill("c1", "KILL").await.unwrap());
    // Of the stopped one's image everything but the layers goes, and it still starts.
    assert_eq!(b.remove_image(&id, true).unwrap(), [deleted(&id)]);
    b.start("c1").unwrap();
    assert_eq!(b.engine.snapshot_now().layer(&layers[0]).unwrap().images.len(), 1);
    b.remove("c1", true).unwrap();
    assert_eq!(b.remove_image("nosuch", false).unwrap_err(), "No such image: nosuch:latest");
}

#[test]
fn removing_tells_chain_ids_from_the_top() {
    let b = Bench::new();
    drop_digests(&b, "app");
    let (id, layers) = (b.image_id("app"), chain(&b, "app"));
    // The base is tiny's too.
    assert_eq!(b.remove_image("app", false).unwrap(), [untagged("app:latest"), deleted(&id), deleted(&layers[1])]);
    let (id, digest) =
        b.ask(async |e| e.image_inspect("tiny").await.map(|i| (i.id, i.repo_digests[0].clone())).unwrap());
    assert_eq!(
        b.remove_image("tiny", false).unwrap(),
        [untagged("tiny:latest"), untagged(&digest), deleted(&id), deleted(&layers[0])]
    );
    assert!(b.engine.snapshot_now().layers.is_empty());
}

#[test]
fn a_commit_is_the_image_that_docker_would_make() {
    let b = Bench::new();
    b.run("c1", "tiny", &["touch", "/hola.txt", "/etc/issue"]);
    b.run("c2", "tiny", &["true"]);
    let options = CommitOptions {
        container: "c1".into(),
        reference: Some("mi-imagen:v2".into()),
        comment: "un mensaje".into(),
        author: "Ana <a@b.c>".into(),
        changes: vec![r#"CMD ["/bin/ls"]"#.into(), "ENV A=1".into()],
        pause: true,
    };
    let id = b.ask(async move |e| e.commit(options).await.unwrap());
    let i = b.ask(async |e| e.image_inspect("mi-imagen:v2").await.unwrap());
    let (tiny, c1) = (b.image_id("tiny"), b.inspect("c1"));
    assert_eq!((i.id.as_str(), i.parent.as_str(), i.container.as_str()), (id.as_str(), tiny.as_str(), c1.id.as_str()));
    assert_eq!((i.comment.as_str(), i.author.as_str()), ("un mensaje", "Ana <a@b.c>"));
    assert_eq!(i.config.as_ref().unwrap().cmd, Some(vec!["/bin/ls".to_owned()]));
    assert_eq!(i.config.as_ref().unwrap().env.as_ref().unwrap().last().unwrap(), "A=1");
    assert_eq!(i.container_config.as_ref().unwrap().cmd.as_ref().unwrap()[0], "touch");
    assert_eq!((i.root_fs.layers.len(), i.size), (2, c1.size_root_fs.unwrap()));
    let history = b.ask(async |e| e.image_history("mi-imagen:v2").await.unwrap());
    assert_eq!(
        (history[0].created_by.as_str(), history[0].size, history[0].comment.as_str()),
        ("touch /hola.txt /etc/issue", 10, "un mensaje")
    );
    assert_eq!((history[0].id.as_str(), history[1].id.as_str()), (id.as_str(), tiny.as_str()));
    assert_eq!(b.run("c3", "mi-imagen:v2", &["cat", "/hola.txt"]).0, "hola\n");
    b.remove("c3", false).unwrap();
    // What did not change makes no layer.
    let empty = b.commit("c2", "vacia");
    let i = b.ask(async |e| e.image_inspect("vacia").await.unwrap());
    assert_eq!((i.id, i.root_fs.layers.len()), (empty, 1));
    // The parent is held by its children, and committing again leaves the old one dangling.
    let err = b.remove_image(&tiny, true).unwrap_err();
    assert!(err.ends_with("(cannot be forced) - image has dependent child images"), "{err}");
    b.commit("c1", "mi-imagen:v2");
    let dangling = b.ask(async |e| {
        let mut filters = Filters::new();
        filters.add("dangling", "true");
        e.images(ImageListOptions { filters, ..ImageListOptions::default() }).await.unwrap()
    });
    assert_eq!(dangling.iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), [id.as_str()]);
    let pruned = b.ask(async |e| e.images_prune(Filters::new()).await.unwrap());
    assert_eq!(pruned.images_deleted, Some(vec![deleted(&id)]));
    assert_eq!(pruned.space_reclaimed, 0);
}

#[test]
fn commit_refuses_what_docker_refuses() {
    let b = Bench::new();
    b.create("c1", "tiny", &[]);
    let commit = |container: &str, reference: &str, change: &str| {
        let options = CommitOptions {
            container: container.into(),
            reference: Some(reference.into()),
            changes: vec![change.into()],
            ..CommitOptions::default()
        };
        b.ask(async move |e| e.commit(options).await.map_err(|e| e.to_string()))
    };
    assert_eq!(commit("nosuch", "x", ""), Err("No such container: nosuch".into()));
    assert_eq!(commit("c1", "BAD", ""), Err("invalid reference format: repository name must be lowercase".into()));
    assert_eq!(commit("c1", "x", "FOO bar"), Err("foo is not a valid change command".into()));
    assert_eq!(commit("c1", "x", "RUN ls"), Err("run is not a valid change command".into()));
}

#[test]
fn what_is_saved_loads_with_the_same_ids() {
    let b = Bench::new();
    b.run("c1", "app", &["touch", "/hola.txt"]);
    b.commit("c1", "mi-imagen");
    let id = b.image_id("mi-imagen");
    let save = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|n| n.to_string()).collect();
        b.ask(async move |e| Ok::<_, EngineError>(e.image_save(&names).await?.collect().await.concat()))
    };
    assert_eq!(save(&["nosuch"]).unwrap_err().to_string(), "No such image: nosuch");
    assert_eq!(save(&["app:nosuch"]).unwrap_err().to_string(), "reference does not exist");
    let archive = save(&["mi-imagen", "tiny"]).unwrap();
    let other = Bench::empty();
    let load = |bytes: Vec<u8>| {
        let stream = Stream::of([bytes]);
        other.ask(async move |e| {
            let messages = e.image_load(stream, false).await.map_err(|e| e.to_string())?.collect().await;
            Ok::<_, String>(messages.into_iter().filter_map(|m| m.stream).collect::<String>())
        })
    };
    assert_eq!(load(archive.clone()).unwrap(), "Loaded image: mi-imagen:latest\nLoaded image: tiny:latest\n");
    assert_eq!(other.image_id("mi-imagen"), id);
    assert_eq!(chain(&other, "mi-imagen"), chain(&b, "mi-imagen"));
    assert_eq!(other.run("", "mi-imagen", &["cat", "/hola.txt"]).0, "hola\n");
    assert_eq!(load(save(&[&id]).unwrap()).unwrap(), format!("Loaded image ID: {id}\n"));
    assert_eq!(
        load(b"root:x:0:0\n".repeat(100)).unwrap_err(),
        "Error processing tar file(exit status 1): archive/tar: invalid tar header"
    );
    // A name that is taken moves, and says so.
    other.ask(async |e| e.image_tag("tiny", "mi-imagen").await.unwrap());
    let tiny = other.image_id("tiny");
    let said = load(archive).unwrap();
    assert!(
        said.starts_with(&format!(
            "The image mi-imagen:latest already exists, renaming the old one with ID {tiny} to empty string\n"
        )),
        "{said}"
    );
}

#[test]
fn export_and_import() {
    let b = Bench::new();
    b.run("e1", "tiny", &["touch", "/tmp/f"]);
    let tar = b.ask(async |e| e.container_export("e1").await.unwrap().collect().await.concat());
    let layer = layer_tar::read(tar.clone().into()).unwrap();
    let paths: Vec<String> = layer.entries().map(|e| e.path).collect();
    for path in [".dockerenv", "dev/console", "etc/hosts", "etc/mtab", "tmp/f", "bin/sh"] {
        assert!(paths.contains(&path.to_owned()), "{path} in {paths:?}");
    }
    assert_eq!(layer.lookup("etc/hosts").unwrap().size(), 0);
    let options =
        ImportOptions { reference: Some("importada:1".into()), source: "-".into(), ..ImportOptions::default() };
    let id = b.ask(async move |e| e.image_import(Stream::of([tar]), options).await.unwrap().collect().await);
    let i = b.ask(async |e| e.image_inspect("importada:1").await.unwrap());
    assert_eq!((i.id.as_str(), i.comment.as_str()), (id[0].status.as_str(), "Imported from -"));
    assert_eq!(b.create_with(request("", "importada:1", &[])).unwrap_err(), "No command specified");
    assert_eq!(b.run("", "importada:1", &["cat", "/tmp/f"]).0, "hola\n");
}

#[test]
fn files_go_in_and_out() {
    let b = Bench::new();
    b.create("c1", "tiny", &["sleep", "900"]);
    let get = |path: &'static str| {
        b.ask(async move |e| {
            let (stat, stream) = e.container_archive_get("c1", path).await?;
            Ok::<_, EngineError>((stat, stream.collect().await.concat()))
        })
    };
    let put = |path: &'static str, tar: Vec<u8>| {
        b.ask(async move |e| {
            let options = ArchivePutOptions { no_overwrite_dir_non_dir: true, ..ArchivePutOptions::default() };
            e.container_archive_put("c1", path, Stream::of([tar]), options).await.map_err(|e| e.to_string())
        })
    };
    assert_eq!(get("/nosuch").unwrap_err().to_string(), "Could not find the file /nosuch in container c1");
    let (stat, tar) = get("/etc/issue").unwrap();
    assert_eq!((stat.name.as_str(), stat.size, stat.mode), ("issue", 5, 0o644));
    for run in [false, true] {
        if run {
            b.start("c1").unwrap();
        }
        put("/tmp", tar.clone()).unwrap();
        let (stat, back) = get("/tmp/issue").unwrap();
        assert_eq!(
            (stat.mtime, back.len()),
            (layer_tar::read(tar.clone().into()).unwrap().lookup("issue").unwrap().meta.mtime, tar.len())
        );
        assert_eq!(get("/etc/hostname").unwrap().0.size, 13);
    }
    assert_eq!(put("/nodir", tar.clone()).unwrap_err(), "Could not find the file /nodir in container c1");
    assert_eq!(put("/etc/issue", tar.clone()).unwrap_err(), "extraction point is not a directory");
    let (stat, tree) = get("/etc").unwrap();
    assert!(stat.is_dir());
    let paths: Vec<String> = layer_tar::read(tree.into()).unwrap().entries().map(|e| e.path).collect();
    assert!(paths.contains(&"etc".into()) && paths.contains(&"etc/passwd".into()), "{paths:?}");
    assert_eq!(b.engine.snapshot_now().container("c1").unwrap().size_rw, 5);
}

#[test]
fn the_details_of_layers_and_files() {
    let b = Bench::new();
    b.run("c1", "app", &["touch", "/etc/issue"]);
    b.run("c2", "app", &["rm", "/etc/issue"]);
    let layers = chain(&b, "app");
    let top = layers[1].clone();
    let files = b.ask(async move |e| e.layer_files(&top).await.unwrap());
    let told: Vec<_> = files.iter().map(|f| (f.kind, f.path.as_str(), f.mode.as_str(), f.size)).collect();
    assert_eq!(told, [(ChangeKind::A, "/srv", "drwxr-xr-x", 0), (ChangeKind::A, "/srv/app", "-rw-r--r--", 1_000_000)]);
    let of = |name: &'static str| {
        let files = b.ask(async move |e| e.container_files(name).await.unwrap());
        files.into_iter().map(|f| (f.kind, f.path)).collect::<Vec<_>>()
    };
    assert_eq!(of("c1"), [(ChangeKind::C, "/etc".into()), (ChangeKind::C, "/etc/issue".into())]);
    assert_eq!(of("c2"), [(ChangeKind::C, "/etc".into()), (ChangeKind::D, "/etc/issue".into())]);
    let base = layers[0].clone();
    let text = b.ask(async move |e| e.file_text(FilePlace::Layer(&base), "/etc/issue", 100).await.unwrap());
    assert_eq!(text, b"Tiny\n");
    assert_eq!(b.ask(async |e| e.file_text(FilePlace::Container("c1"), "/etc/issue", 2).await.unwrap()), b"ho");
}

#[test]
fn disk_use_counts_shared_layers_once() {
    let b = Bench::new();
    b.run("c1", "tiny", &["touch", "/x"]);
    let df = b.ask(async |e| e.system_df().await.unwrap());
    let of = |tag: &str| df.images.iter().find(|i| i.repo_tags.as_ref().unwrap()[0] == tag).unwrap();
    let (tiny, app) = (of("tiny:latest"), of("app:latest"));
    assert_eq!((tiny.shared_size as u64, app.shared_size as u64), (tiny.size, tiny.size));
    assert_eq!((tiny.containers, app.containers), (1, 0));
    assert_eq!((df.layers_size, df.containers[0].size_rw), (app.size, Some(5)));
    b.ask(async |e| e.containers_prune(Filters::new()).await.unwrap());
    assert!(b.engine.snapshot_now().containers.is_empty());
}

#[test]
fn the_image_id_is_the_digest_of_the_config() {
    let b = Bench::new();
    b.run("c1", "tiny", &["touch", "/x"]);
    let id = b.commit("c1", "x:1");
    let names = vec!["x:1".to_owned()];
    let archive = b.ask(async move |e| e.image_save(&names).await.unwrap().collect().await.concat());
    let tar = layer_tar::read(archive.into()).unwrap();
    let config = tar.lookup(&format!("{}.json", id.trim_start_matches("sha256:"))).unwrap();
    let capas::layerfs::EntryBody::File(json) = config.body else { panic!("a file") };
    assert_eq!(Digest::of(&json.to_vec()).to_string(), id);
    assert_eq!(ImageConfig::parse(&json.to_vec()).unwrap().to_json(), json.to_vec());
}
