//! The daemon's directories on the host: that they agree with `docker inspect`, and follow what containers do.

use capas::session::{Options, Session};

fn sitting() -> Session {
    Session::start(Options { images: vec!["ubuntu".into()], root: true, ..Options::default() }).unwrap()
}

fn out(session: &mut Session, line: &str) -> String {
    let result = session.run_line(line);
    assert_eq!(result.stderr, "", "{line}");
    result.stdout
}

#[test]
fn the_upper_directory_is_where_inspect_says_and_shows_whiteouts() {
    let mut s = sitting();
    out(
        &mut s,
        "docker run --name c1 ubuntu bash -c 'rm /etc/motd /etc/hostname.x 2>/dev/null; rm /bin/ls; echo hola > /f'",
    );
    out(&mut s, "D=$(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' c1)");
    assert_eq!(out(&mut s, "cat $D/f"), "hola\n");
    let listed = out(&mut s, "ls -l $D/usr/bin $D/bin 2>/dev/null");
    assert!(listed.contains("c---------") && listed.contains("0, 0") && listed.contains(" ls\n"), "{listed}");
    // Root takes the whiteout away, and the file of the image is there again; and puts another one in.
    out(&mut s, "rm $(find $D -name ls); echo nuevo > $D/g");
    out(&mut s, "docker start c1; docker wait c1");
    let diff = out(&mut s, "docker diff c1");
    assert!(diff.contains("A /g\n") && diff.contains("A /f\n"), "{diff}");
    assert_eq!(out(&mut s, "docker cp c1:/g /root/g; cat /root/g"), "nuevo\n");
}

#[test]
fn lower_links_lead_to_the_lower_directories() {
    let mut s = sitting();
    out(&mut s, "docker create --name c1 ubuntu true >/dev/null");
    out(&mut s, "D=$(dirname $(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' c1))");
    let by_link = out(&mut s, "cd /var/lib/docker/overlay2; for l in $(tr : ' ' < $D/lower); do realpath $l; done");
    let by_inspect = out(&mut s, "docker inspect -f '{{.GraphDriver.Data.LowerDir}}' c1 | tr : '\\n'");
    assert_eq!(by_link, by_inspect);
    assert!(by_link.lines().count() >= 2 && by_link.contains("-init/diff\n"), "{by_link}");
    assert_eq!(out(&mut s, "realpath l/$(cat $D/link)"), out(&mut s, "echo $D/diff"));
    assert_eq!(
        out(&mut s, "cat /var/lib/docker/image/overlay2/layerdb/mounts/*/mount-id; echo"),
        out(&mut s, "basename $D")
    );
    // Every directory comes to an end.
    let all = out(&mut s, "find /var/lib/docker -path '*/diff/*' -prune -o -print");
    assert!(all.contains("/work/work\n") && !all.contains("/work/work/") && !all.contains("/mounts/mounts"), "{all}");
    // An image's layer cannot be changed: others stand on it.
    let refused = s.run_line("touch $(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' ubuntu)/x");
    assert!(refused.stderr.contains("Read-only file system"), "{}", refused.stderr);
    let base = by_inspect.lines().last().unwrap();
    out(&mut s, &format!("cp {base}/etc/os-release /root/"));
    assert_eq!(out(&mut s, "cat /root/os-release"), out(&mut s, "docker run --rm ubuntu cat /etc/os-release"));
    out(&mut s, "docker rm c1 >/dev/null");
    assert_eq!(out(&mut s, "ls $D 2>/dev/null; ls /var/lib/docker/containers"), "");
}

#[test]
fn every_link_leads_to_the_directory_whose_name_it_shortens() {
    let mut s = sitting();
    out(&mut s, "for i in 1 2 3; do docker create ubuntu >/dev/null; done; cd /var/lib/docker/overlay2");
    let led = out(&mut s, "for l in l/*; do readlink -f $l; test $(cat $l/../link) = ${l#l/} || echo $l; done | sort");
    let there = out(&mut s, "for d in $PWD/*/; do d=${d%/}; case $d in */l) ;; *) echo $d/diff; esac; done | sort");
    assert!(led.lines().count() >= 7 && led == there, "{led}---\n{there}");
    assert_eq!(s.run_line("ls l/AAAAAAAAAAAAAAAAAAAAAAAAAA").status, 2);
}

#[test]
fn merged_is_mounted_while_the_container_runs() {
    let mut s = sitting();
    out(&mut s, "docker run -d --name c1 ubuntu sleep 1000 >/dev/null");
    out(&mut s, "M=$(docker inspect -f '{{.GraphDriver.Data.MergedDir}}' c1)");
    out(&mut s, "docker exec c1 sh -c 'echo hola > /f'; echo del-host > $M/g");
    assert_eq!(out(&mut s, "cat $M/f; docker exec c1 cat /g"), "hola\ndel-host\n");
    assert!(out(&mut s, "ls $M").contains("etc\n"));
    let mounted = out(&mut s, "mount | grep $M");
    assert!(mounted.starts_with("overlay on /var/lib/docker/overlay2/") && mounted.contains(",upperdir="), "{mounted}");
    out(&mut s, "docker exec c1 sh -c 'echo 10.0.0.9 otra >> /etc/hosts'");
    assert!(out(&mut s, "cat /var/lib/docker/containers/*/hosts").ends_with("10.0.0.9 otra\n"));
    out(&mut s, "docker kill c1 >/dev/null");
    assert_eq!(out(&mut s, "mount | grep merged; ls $M 2>/dev/null"), "");
    assert!(!out(&mut s, "cat /var/lib/docker/containers/*/hosts").contains("otra"));
}

#[test]
fn logs_and_configs_are_the_files_of_the_daemon() {
    let mut s = sitting();
    out(&mut s, "docker run --name c1 ubuntu bash -c 'echo \"<a>\"; printf \"x\\ty\" >&2' 2>/dev/null");
    out(&mut s, "C=/var/lib/docker/containers/$(docker inspect -f '{{.Id}}' c1)");
    let log = out(&mut s, "cat $(docker inspect -f '{{.LogPath}}' c1)");
    assert!(log.contains(r#"{"log":"\u003ca\u003e\n","stream":"stdout","time":"20"#), "{log}");
    assert!(log.contains(r#"{"log":"x\u0009y","stream":"stderr","#), "{log}");
    for file in ["config.v2.json", "hostconfig.json"] {
        let text = out(&mut s, &format!("cat $C/{file}"));
        assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap().is_object(), "{file}: {text}");
    }
    assert!(out(&mut s, "cat $C/config.v2.json").contains(r#""Name":"/c1","Driver":"overlay2""#));
    // What inspect shows, too, is the same there; nothing stays without a value.
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let (config, inspect) = (json(&out(&mut s, "cat $C/config.v2.json")), json(&out(&mut s, "docker inspect c1")));
    let inspect = &inspect[0];
    for name in ["Created", "Path", "Args", "Config", "Image", "LogPath", "RestartCount", "HostsPath"] {
        assert_eq!(config[name], inspect[name], "{name}");
    }
    for (name, value) in config["State"].as_object().unwrap() {
        assert!(["RemovalInProgress", "Health"].contains(&&**name) || *value == inspect["State"][name], "{name}");
    }
    assert_eq!((&config["ID"], &config["HasBeenStartedBefore"]), (&inspect["Id"], &true.into()));
    assert_eq!(config["NetworkSettings"]["Networks"]["bridge"]["IPAMOperational"], false);
    assert_eq!(out(&mut s, "sha256sum < $C/resolv.conf | cut -d' ' -f1"), {
        out(&mut s, "cut -d: -f2 $C/resolv.conf.hash")
    });
    let image = "docker image inspect -f '{{.Id}}' ubuntu | cut -d: -f2";
    let sum = "cd /var/lib/docker/image/overlay2/imagedb/content/sha256; sha256sum * | cut -d' ' -f1";
    assert_eq!(out(&mut s, sum), out(&mut s, image));
}

#[test]
fn volumes_are_made_shared_and_removed() {
    let mut s = sitting();
    assert_eq!(out(&mut s, "docker volume create --label a=b datos; docker volume create datos"), "datos\ndatos\n");
    out(&mut s, "docker run --name v1 -v datos:/d ubuntu sh -c 'echo hola > /d/f'");
    assert_eq!(out(&mut s, "cat $(docker volume inspect -f '{{.Mountpoint}}' datos)/f"), "hola\n");
    out(&mut s, "echo del-host > /var/lib/docker/volumes/datos/_data/g");
    let both = "docker run --rm --volumes-from v1:ro ubuntu sh -c 'cat /d/f /d/g; echo x 2>&1 > /d/h'";
    assert!(s.run_line(both).stdout.starts_with("hola\ndel-host\n"));
    assert!(out(&mut s, "docker inspect datos").contains("\"Labels\": {\n            \"a\": \"b\"\n        }"));
    assert_eq!(out(&mut s, "docker volume ls -f label=a"), "DRIVER    VOLUME NAME\nlocal     datos\n");
    assert_eq!(out(&mut s, "docker volume ls -qf dangling=true"), "");
    assert!(out(&mut s, "docker system df").contains("Local Volumes   1         1         14B       0B (0%)\n"));
    for (line, sentence) in [
        ("docker volume inspect nosuch", "Error: No such volume: nosuch\n"),
        ("docker volume rm nosuch", "Error: No such volume: nosuch\n"),
        (
            "docker volume create 'mal nombre'",
            "Error response from daemon: create mal nombre: \"mal nombre\" includes invalid characters for a local volume \
             name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute \
             path\n",
        ),
        (
            "docker volume create a",
            "Error response from daemon: create a: volume name is too short, names should be at least two alphanumeric \
             characters\n",
        ),
        (
            "docker volume create --driver nosuch v",
            "Error response from daemon: create v: error looking up volume plugin nosuch: plugin \"nosuch\" not found\n",
        ),
    ] {
        let result = s.run_line(line);
        assert_eq!((result.stderr.as_str(), result.status), (sentence, 1), "{line}");
    }
    let refused = s.run_line("docker volume rm datos").stderr;
    assert!(refused.starts_with("Error response from daemon: remove datos: volume is in use - ["), "{refused}");
    out(&mut s, "docker rm v1");
    let pruned = out(&mut s, "docker volume prune -f");
    assert_eq!(pruned, "Deleted Volumes:\ndatos\n\nTotal reclaimed space: 14B\n");
    assert_eq!(out(&mut s, "docker volume prune -f; ls /var/lib/docker/volumes"), "Total reclaimed space: 0B\n");
}
