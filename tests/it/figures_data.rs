//! Snapshots built by hand for the figures' tests: the tutorial's, and the odd ones.

use capas::ambient::Time;
use capas::engine::snapshot::*;
use std::sync::Arc;

/// A digest that looks like one: `seed` in hex, repeated.
pub fn digest(seed: &str) -> Arc<str> {
    let hex: String = seed.bytes().map(|b| format!("{b:02x}")).collect();
    let long = hex.repeat(64 / hex.len().max(1) + 1);
    format!("sha256:{}", &long[..64]).into()
}

pub fn layer(seed: &str, diff: &str, parent: Option<&Arc<str>>, size: u64, by: &str) -> Arc<LayerView> {
    let diff_id: Arc<str> =
        if diff.is_empty() { digest(&format!("d{seed}")) } else { format!("sha256:{diff:0<64}").into() };
    Arc::new(LayerView {
        chain_id: digest(seed),
        diff_id,
        parent: parent.cloned(),
        size,
        created_by: by.into(),
        files: FileList { count: 3 },
        images: Vec::new(),
    })
}

/// An image on the layers with these chain ids, which the snapshot must have.
pub fn image(snapshot: &mut Snapshot, id: &str, tags: &[&str], layers: &[Arc<LayerView>]) -> Arc<str> {
    let id: Arc<str> = if id.len() == 12 { format!("sha256:{id:0<64}").into() } else { digest(id) };
    for l in layers {
        match snapshot.layers.iter_mut().find(|have| have.chain_id == l.chain_id) {
            Some(have) => Arc::make_mut(have).images.insert(0, id.clone()),
            None => {
                let mut l = l.clone();
                Arc::make_mut(&mut l).images = vec![id.clone()];
                snapshot.layers.push(l);
            }
        }
    }
    let view = ImageView {
        id: id.clone(),
        tags: tags.iter().map(|t| t.to_string()).collect(),
        layers: layers.iter().map(|l| l.chain_id.clone()).collect(),
        size: layers.iter().map(|l| l.size).sum(),
        created: Time(0),
        command: "/bin/bash".into(),
        history: Vec::new(),
    };
    snapshot.images.insert(0, Arc::new(view));
    id
}

pub fn change(kind: ChangeKind, path: &str, dir: bool, size: u64, lower: Option<&Arc<str>>) -> ChangeView {
    ChangeView { kind, path: path.into(), is_dir: dir, size, lower: lower.cloned() }
}

/// A container of the image, the newest; its size is that of its changes.
pub fn container(snapshot: &mut Snapshot, id: &str, name: &str, image: &str, changes: Vec<ChangeView>) -> Arc<str> {
    let of = snapshot.image(image).expect("the image is there").clone();
    let size_rw: u64 = changes.iter().map(|c| c.size).sum();
    let id: Arc<str> = format!("{id:0<64}").into();
    let view = ContainerView {
        id: id.clone(),
        name: name.into(),
        image_name: of.tags.first().map_or("", |t| t.trim_end_matches(":latest")).into(),
        image: image.into(),
        layers: of.layers.clone(),
        state: ContainerState::Exited,
        exit_code: 0,
        started: Time(0),
        finished: Time(0),
        command: "/bin/bash".into(),
        created: Time(0),
        size_rw,
        size_root_fs: of.size + size_rw,
        changes: changes.into(),
    };
    snapshot.containers.insert(0, Arc::new(view));
    id
}

pub fn edit(snapshot: &mut Snapshot, id: &str, f: impl FnOnce(&mut ContainerView)) {
    let c = snapshot.containers.iter_mut().find(|c| &*c.id == id).expect("the container is there");
    f(Arc::make_mut(c));
}

/// The three layers of the tutorial's image.
pub fn ubuntu_layers() -> Vec<Arc<LayerView>> {
    let base = layer(
        "ubuntu-0",
        "9f32931c9d28",
        None,
        72_893_256,
        "/bin/sh -c #(nop) ADD file:4974bb5483c392fb54a35f3799802d623d14632747493dce5feb4d435634b4ac in / ",
    );
    let mid = layer("ubuntu-1", "dbf2c0f42a39", Some(&base.chain_id), 811, "/bin/sh -c set -xe \t\t&& echo '#!/bin/sh' > /usr/sbin/policy-rc.d \t&& echo 'exit 101' >> /usr/sbin/policy-rc.d && echo x > /etc/apt/apt.conf.d/docker-clean");
    let top = layer(
        "ubuntu-2",
        "02473afd360b",
        Some(&mid.chain_id),
        7,
        "/bin/sh -c mkdir -p /run/systemd && echo 'docker' > /run/systemd/container",
    );
    vec![base, mid, top]
}

/// After `docker pull ubuntu`.
pub fn pulled() -> Snapshot {
    let mut s = Snapshot::default();
    image(&mut s, "f63181f19b2f", &["ubuntu:latest"], &ubuntu_layers());
    s
}

pub const C1: &str = "a2d1ce6990d8";

/// The tutorial after `exit`: file.txt, the history, and /root copied up.
pub fn tutorial() -> Snapshot {
    let mut s = pulled();
    let ubuntu = s.images[0].id.clone();
    let base = s.layers[0].chain_id.clone();
    let changes = vec![
        change(ChangeKind::A, "/file.txt", false, 18, None),
        change(ChangeKind::C, "/root", true, 0, Some(&base)),
        change(ChangeKind::A, "/root/.bash_history", false, 34, None),
    ];
    container(&mut s, C1, "contenedor1", &ubuntu, changes);
    s
}

/// The tutorial's refused `docker rmi ubuntu`.
pub fn refused() -> Snapshot {
    let mut s = tutorial();
    s.refusal = Some(Refusal {
        image: s.images[0].id.clone(),
        container: s.containers[0].id.clone(),
        message: "conflict: unable to remove repository reference".into(),
    });
    s
}

/// Two images on one base and three containers of a third: the look's sharing view.
pub fn sharing() -> Snapshot {
    let mut s = tutorial();
    let ubuntu = s.images[0].id.clone();
    container(&mut s, "b2", "contenedor2", &ubuntu, vec![]);
    container(&mut s, "b3", "contenedor3", &ubuntu, vec![]);
    let debian = layer("debian-0", "", None, 69_200_000, "debian: sistema base");
    let apr = layer("httpd-1", "", Some(&debian.chain_id), 7_380_000, "apr, openssl");
    let httpd = layer("httpd-2", "", Some(&apr.chain_id), 61_500_000, "compila httpd");
    let start = layer("httpd-3", "", Some(&httpd.chain_id), 138, "httpd-foreground");
    let web = image(&mut s, "httpd", &["httpd:2.4"], &[debian.clone(), apr, httpd, start]);
    let gcc = layer("php-1", "", Some(&debian.chain_id), 226_000_000, "gcc, make");
    let apache = layer("php-2", "", Some(&gcc.chain_id), 58_800_000, "apache2");
    let php = layer("php-3", "", Some(&apache.chain_id), 60_000_000, "compila php");
    let app = image(&mut s, "php", &["php:7.4-apache"], &[debian, gcc, apache, php]);
    container(&mut s, "c1", "web1", &web, vec![change(ChangeKind::A, "/httpd.pid", false, 2, None)]);
    container(&mut s, "c2", "app1", &app, vec![change(ChangeKind::A, "/apache2.pid", false, 2, None)]);
    s
}

/// One image of `n` layers and a container of it.
pub fn tall(n: usize) -> Snapshot {
    let mut s = Snapshot::default();
    let mut layers: Vec<Arc<LayerView>> = Vec::new();
    for i in 0..n {
        let size = if i == 0 { 69_200_000 } else { (i as u64 * 7919) % 3_000_000 };
        let parent = layers.last().map(|l| l.chain_id.clone());
        layers.push(layer(&format!("t{i}"), "", parent.as_ref(), size, &format!("RUN /bin/sh -c step {i} # buildkit")));
    }
    let id = image(&mut s, "tall", &["alta:1"], &layers);
    container(&mut s, "ta11", "alto", &id, vec![]);
    s
}

/// Many changes with long names: more than fit.
pub fn busy() -> Snapshot {
    let mut s = pulled();
    let ubuntu = s.images[0].id.clone();
    let (base, mid) = (s.layers[0].chain_id.clone(), s.layers[1].chain_id.clone());
    let mut changes: Vec<ChangeView> = (0..20)
        .map(|i| change(ChangeKind::A, &format!("/srv/www/static/page-{i}.html"), false, 1000 * i, None))
        .collect();
    changes.push(change(ChangeKind::C, "/etc", true, 0, Some(&base)));
    changes.push(change(ChangeKind::C, "/etc/issue", false, 28, Some(&base)));
    changes.push(change(ChangeKind::D, "/usr/sbin/policy-rc.d", false, 0, Some(&mid)));
    let id = container(&mut s, "0123456789ab", "un-contenedor-con-un-nombre-larguísimo-de-verdad", &ubuntu, changes);
    edit(&mut s, &id, |c| c.state = ContainerState::Running);
    s
}

/// One deleted file.
pub fn deleted() -> Snapshot {
    let mut s = pulled();
    let ubuntu = s.images[0].id.clone();
    let base = s.layers[0].chain_id.clone();
    let changes = vec![
        change(ChangeKind::C, "/etc", true, 0, Some(&base)),
        change(ChangeKind::D, "/etc/legal", false, 0, Some(&base)),
    ];
    container(&mut s, "77aa", "borrador", &ubuntu, changes);
    s
}

/// Eight images, of which four stand on one base, two levels deep; a dangling one; a prefix of another; thousands of
/// containers; one whose image was removed by force.
pub fn forest() -> Snapshot {
    let mut s = sharing();
    let debian = s.layers.iter().find(|l| l.created_by.starts_with("debian")).expect("debian").clone();
    image(&mut s, "debian", &["debian:bullseye", "debian:11"], std::slice::from_ref(&debian));
    let apt =
        layer("nginx-1", "", Some(&debian.chain_id), 3_000_000, "RUN /bin/sh -c apt-get install nginx # buildkit");
    let nginx = layer("nginx-2", "", Some(&apt.chain_id), 70_000_000, "COPY dir:0a1b2c in /usr/share/nginx/html");
    image(&mut s, "nginx", &["nginx:latest"], &[debian.clone(), apt.clone(), nginx.clone()]);
    let own = layer("own-1", "", Some(&nginx.chain_id), 1200, "");
    let dangling = image(&mut s, "dangling", &[], &[debian, apt, nginx, own]);
    for i in 0..40 {
        container(&mut s, &format!("e{i}"), &format!("prueba-{i}"), &dangling, vec![]);
    }
    let busybox = layer("busybox", "", None, 1_240_000, "ADD file:abc in /");
    let gone = image(&mut s, "busybox", &["busybox:latest"], &[busybox]);
    container(&mut s, "f1", "huerfano", &gone, vec![]);
    s.images.retain(|i| i.id != gone);
    s
}

/// Ten thousand containers of three images.
pub fn crowd(n: usize) -> Snapshot {
    let mut s = sharing();
    let images: Vec<_> = s.images.iter().map(|i| (i.id.clone(), i.clone())).collect();
    let mut made: Vec<Arc<ContainerView>> = Vec::with_capacity(n);
    let first = s.containers[0].clone();
    for i in 0..n {
        let mut c = (*first).clone();
        c.id = format!("{i:0>64}").into();
        c.name = format!("c{i}").into();
        c.image = images[i % images.len()].0.clone();
        c.layers = images[i % images.len()].1.layers.clone();
        made.push(Arc::new(c));
    }
    s.containers = made;
    s
}
