//! Volumes and other mounts of containers, as `docker run`'s options ask for them and `docker events` tells of them. The
//! sequences and sentences were compared with dockerd 20.10.24.

use capas::session::{Options, Session};

fn sitting() -> Session {
    Session::start(Options { images: vec!["ubuntu".into()], root: true, ..Options::default() }).unwrap()
}

fn out(session: &mut Session, line: &str) -> String {
    let result = session.run_line(line);
    assert_eq!(result.stderr, "", "{line}");
    result.stdout
}

/// What happened while this ran, without networks: a line an event, made of its type, action, actor and attributes.
fn events(session: &mut Session, line: &str) -> Vec<String> {
    session.run_line("T=$(date +%s.%N)");
    session.run_line(line);
    let format = "{{.Type}} {{.Action}} {{.Actor.ID}} {{range $k, $v := .Actor.Attributes}}{{$k}}={{$v}} {{end}}";
    let seen = out(session, &format!("docker events --since $T --until $(date +%s.%N) --format '{format}'"));
    let mut lines: Vec<String> = seen.lines().filter(|l| !l.starts_with("network ")).map(short).collect();
    lines.iter_mut().for_each(|l| l.truncate(l.trim_end().len()));
    lines
}

/// Ids become `<id>`.
fn short(line: &str) -> String {
    let word = |w: &str| match w.rsplit_once('=').unwrap_or(("", w)) {
        (key, id) if id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit()) => match key {
            "" => "<id>".to_owned(),
            key => format!("{key}=<id>"),
        },
        _ => w.to_owned(),
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn events_tell_of_every_volume_that_is_made_mounted_and_gone() {
    let mut s = sitting();
    assert_eq!(
        events(&mut s, "docker volume create v1; docker volume create v1; docker volume rm v1"),
        ["volume create v1 driver=local", "volume create v1 driver=local", "volume destroy v1 driver=local"]
    );
    assert_eq!(
        events(&mut s, "docker run --name c1 -v v1:/a -v v2:/b:ro -v /c ubuntu true; docker rm -v c1"),
        [
            "volume create v1 driver=local",
            "volume create v2 driver=local",
            "volume create <id> driver=local",
            "container create <id> image=ubuntu name=c1",
            "container attach <id> image=ubuntu name=c1",
            "volume mount v1 container=<id> destination=/a driver=local propagation= read/write=true",
            "volume mount v2 container=<id> destination=/b driver=local propagation= read/write=false",
            "volume mount <id> container=<id> destination=/c driver=local propagation= read/write=true",
            "container start <id> image=ubuntu name=c1",
            "container die <id> exitCode=0 image=ubuntu name=c1",
            "volume unmount v1 container=<id> driver=local",
            "volume unmount v2 container=<id> driver=local",
            "volume unmount <id> container=<id> driver=local",
            "volume destroy <id> driver=local",
            "container destroy <id> image=ubuntu name=c1",
        ]
    );
    out(&mut s, "docker run -d --name c2 -v v1:/x ubuntu sleep 100 >/dev/null");
    let stopped = events(&mut s, "docker stop -t 0 c2");
    assert_eq!(stopped.get(stopped.len() - 2).unwrap(), "volume unmount v1 container=<id> driver=local");
    // What cannot start unmounts what it has mounted; no volume that is pruned is told of by name.
    let line = "docker run --rm --name c3 -v v3:/x ubuntu nosuch; docker rm c2; docker volume prune -f";
    assert_eq!(
        events(&mut s, line),
        [
            "volume create v3 driver=local",
            "container create <id> image=ubuntu name=c3",
            "container attach <id> image=ubuntu name=c3",
            "volume mount v3 container=<id> destination=/x driver=local propagation= read/write=true",
            "volume unmount v3 container=<id> driver=local",
            "container destroy <id> image=ubuntu name=c3",
            "container destroy <id> image=ubuntu name=c2",
            "volume prune  reclaimed=0",
        ]
    );
}

#[test]
fn what_is_copied_into_a_container_at_rest_goes_into_its_volumes() {
    let mut s = sitting();
    out(&mut s, "docker create --name c1 -v v1:/d ubuntu >/dev/null; echo hola > /root/f");
    assert_eq!(
        events(&mut s, "docker cp /root/f c1:/d"),
        [
            "volume mount v1 container=<id> destination=/d driver=local propagation= read/write=true",
            "volume unmount v1 container=<id> driver=local",
            "volume mount v1 container=<id> destination=/d driver=local propagation= read/write=true",
            "container extract-to-dir <id> image=ubuntu name=c1",
            "volume unmount v1 container=<id> driver=local",
        ]
    );
    assert_eq!(out(&mut s, "cat /var/lib/docker/volumes/v1/_data/f; docker diff c1"), "hola\nA /d\n");
    assert_eq!(out(&mut s, "docker cp c1:/d/f - | tar x -O"), "hola\n");
}

#[test]
fn prunes_say_what_they_have_freed() {
    let mut s = sitting();
    out(&mut s, "docker run --name c1 ubuntu sh -c 'echo hola > /f'");
    let pruned = events(&mut s, "docker container prune -f; docker image prune -f");
    assert_eq!(
        pruned,
        ["container destroy <id> image=ubuntu name=c1", "container prune  reclaimed=5", "image prune  reclaimed=0"]
    );
    let json = out(&mut s, "docker events --since 0 --until $(date +%s.%N) -f event=prune --format '{{json .}}'");
    assert!(json.starts_with(r#"{"status":"prune","Type":"container","Action":"prune","Actor":{"ID":"""#), "{json}");
}

/// What a line says, on both streams, and its status.
fn said(session: &mut Session, line: &str) -> (String, String, i32) {
    let result = session.run_line(line);
    (result.stdout, result.stderr, result.status)
}

#[test]
fn a_tmpfs_is_empty_at_every_start_and_in_no_layer() {
    let mut s = sitting();
    let look = "ls -ld /t; ls /t; touch /t/x; grep ' /t ' /proc/mounts";
    let first = out(&mut s, &format!("docker run --name c1 --tmpfs /t ubuntu bash -c \"{look}\""));
    assert!(first.starts_with("drwxrwxrwt 2 root root 40 "), "{first}");
    assert!(first.ends_with("/t\ntmpfs /t tmpfs rw,nosuid,nodev,noexec,relatime 0 0\n"), "{first}");
    // The place is there by now, and lends its mode.
    let again = out(&mut s, "docker start -a c1");
    assert!(again.starts_with("drwxr-xr-x 2 root root 40 ") && again.lines().count() == 2, "{again}");
    assert_eq!(out(&mut s, "docker diff c1"), "A /t\n");
    assert_eq!(out(&mut s, "docker inspect -f '{{json .HostConfig.Tmpfs}} {{.Mounts}}' c1"), "{\"/t\":\"\"} []\n");
    // What the image has is covered, with its mode; the host's files are seen in it.
    let etc = out(&mut s, "docker run --rm --tmpfs /etc --tmpfs /root ubuntu bash -c 'ls /etc; stat -c %a /etc /root'");
    assert_eq!(etc, "hostname\nhosts\nresolv.conf\n755\n700\n");
    let nothing = out(&mut s, "docker run --rm --tmpfs /t --read-only ubuntu bash -c 'echo a > /t/f && cat /t/f'");
    assert_eq!(nothing, "a\n");
    let refused = said(&mut s, "docker run --rm --tmpfs /t:ro ubuntu touch /t/f");
    assert_eq!(refused.1, "touch: cannot touch '/t/f': Read-only file system\n");
    let script = "cp /bin/ls /t/ls; /t/ls; echo $?";
    let noexec = said(&mut s, &format!("docker run --rm --tmpfs /t ubuntu bash -c '{script}'"));
    assert_eq!((noexec.0.as_str(), noexec.1.as_str()), ("126\n", "bash: line 1: /t/ls: Permission denied\n"));
    assert_eq!(out(&mut s, &format!("docker run --rm -w /t --tmpfs /t:exec ubuntu bash -c '{script}'")), "ls\n0\n");
}

#[test]
fn a_tmpfs_and_shm_are_as_large_as_asked_for() {
    let mut s = sitting();
    let fill = |place: &str| format!("dd if=/dev/zero of={place}/x bs=1k count=2000; ls -l {place}; df {place}");
    for (options, place, source) in [("--tmpfs /t:size=1m", "/t", "tmpfs"), ("--shm-size 1m", "/dev/shm", "shm")] {
        let (out, err, _) = said(&mut s, &format!("docker run --rm {options} ubuntu bash -c '{}'", fill(place)));
        let full =
            format!("dd: error writing '{place}/x': No space left on device\n1025+0 records in\n1024+0 records out");
        assert!(err.starts_with(&full), "{err}");
        assert!(out.contains(" 1048576 "), "{out}");
        let row: Vec<&str> = out.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(row, [source, "1024", "1024", "0", "100%", place]);
    }
    // A file of one byte takes a page; what is removed makes room.
    let pages = "for i in 1 2 3; do echo > /t/$i; done; rm /t/1; echo > /t/4; df --output=used /t 2>/dev/null; df /t";
    let (out_text, err, _) = said(&mut s, &format!("docker run --rm --tmpfs /t:size=8k ubuntu bash -c '{pages}'"));
    assert_eq!(err, "bash: line 1: echo: write error: No space left on device\n");
    assert!(
        out_text.lines().last().unwrap().split_whitespace().eq(["tmpfs", "8", "8", "0", "100%", "/t"]),
        "{out_text}"
    );
    let copied = said(&mut s, "docker run --rm --tmpfs /t:size=8k ubuntu cp /bin/bash /t");
    assert_eq!((copied.1.as_str(), copied.2), ("cp: error writing '/t/bash': No space left on device\n", 1));
    for (asked, bytes, shown) in [("0", "67108864", "64M"), ("5000", "5000", "8.0K"), ("2g", "2147483648", "2.0G")] {
        let line = format!("docker create --shm-size={asked} --name c1 ubuntu df -h /dev/shm >/dev/null");
        out(&mut s, &line);
        assert_eq!(out(&mut s, "docker inspect -f '{{.HostConfig.ShmSize}}' c1"), format!("{bytes}\n"));
        let df = out(&mut s, "docker start -a c1; docker rm c1 >/dev/null");
        assert_eq!(df.split_whitespace().rev().nth(4), Some(shown), "{df}");
    }
    let usual = out(&mut s, "docker run --rm ubuntu df /dev/shm | tail -n 1");
    assert!(usual.split_whitespace().eq(["shm", "65536", "0", "65536", "0%", "/dev/shm"]), "{usual}");
}

#[test]
fn mounts_are_refused_in_dockers_words() {
    let mut s = sitting();
    let init = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container \
                process: error during container init: error mounting \"tmpfs\" to rootfs at ";
    let of = |place: &str, rest: &str| {
        format!("{init}\"{place}\": mount tmpfs:{place} (via /proc/self/fd/6), {rest}: unknown")
    };
    let help = "\nSee 'docker run --help'";
    for (options, sentence) in [
        ("--tmpfs t", format!("invalid mount path: 't' mount path must be absolute.{help}")),
        ("--tmpfs /", format!("invalid specification: destination can't be '/'.{help}")),
        ("--tmpfs /t:bogus", "invalid tmpfs option [\"bogus\"]".to_owned()),
        ("--tmpfs /t:huge=x", "invalid tmpfs option [\"huge\" \"x\"]".to_owned()),
        ("--tmpfs /t:size=abc", of("/t", "flags: 0xe, data: size=abc: invalid argument")),
        ("--tmpfs /t:mode=888,exec", of("/t", "flags: 0x6, data: mode=888: invalid argument")),
        (
            "--tmpfs /etc/passwd",
            of("/etc/passwd", "flags: 0xe: not a directory")
                + ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path \
                   exists and is the expected type",
        ),
        ("--tmpfs /t -v v1:/t", format!("Duplicate mount point: /t.{help}")),
        ("-v v1:/t -v v2:/t", format!("Duplicate mount point: /t.{help}")),
        ("-v v1:/t:nocopy,nocopy", format!("invalid mode: nocopy,nocopy.{help}")),
        ("-v v1:/t:ro,rw", format!("invalid mode: ro,rw.{help}")),
        ("-v /t:nocopy", format!("invalid volume specification: '/t:nocopy'.{help}")),
        (
            "-v /tmp:/x:nocopy",
            format!(
                "invalid volume specification: '/tmp:/x:nocopy': invalid mount config for type \"bind\": field \
                 VolumeOptions must not be specified.{help}"
            ),
        ),
        ("--group-add nosuch", "Unable to find group nosuch: no matching entries in group file".to_owned()),
        ("--group-add -1", "uids and gids must be in range 0-2147483647".to_owned()),
    ] {
        let (_, err, status) = said(&mut s, &format!("docker run --rm {options} ubuntu true"));
        let said: Vec<&str> = err.lines().filter(|line| !line.starts_with("time=")).collect();
        assert_eq!((said.join("\n"), status), (format!("docker: Error response from daemon: {sentence}."), 125), "{options}");
    }
    assert_eq!(out(&mut s, "docker ps -aq"), "");
}

#[test]
fn a_volume_takes_what_the_image_has_when_the_container_is_made_unless_told_not_to() {
    let mut s = sitting();
    out(&mut s, "docker create --name c1 -v full:/etc ubuntu >/dev/null; cd /var/lib/docker/volumes");
    assert!(out(&mut s, "ls full/_data").contains("passwd\n"));
    out(&mut s, "docker create --name c2 -v empty:/etc:nocopy ubuntu ls /etc >/dev/null");
    assert_eq!(out(&mut s, "ls -A empty/_data"), "");
    let files = "hostname\nhosts\nresolv.conf\n";
    assert_eq!(out(&mut s, "docker start -a c2"), files);
    // The places for the host's files are made in the volume.
    assert_eq!(out(&mut s, "ls empty/_data; cat empty/_data/*"), files);
    assert_eq!(out(&mut s, "docker inspect -f '{{range .Mounts}}{{.Mode}} {{.RW}}{{end}}' c2"), "nocopy true\n");
    let mount = "--mount type=volume,source=more,target=/etc,volume-nocopy";
    assert_eq!(out(&mut s, &format!("docker run --rm {mount} ubuntu ls /etc")), files);
    // Once it is filled or written to, no image fills it again; one volume may lie in another.
    out(&mut s, "docker run --rm -v aa:/a -v bb:/a/b ubuntu touch /a/b/f /a/g");
    assert_eq!(out(&mut s, "ls aa/_data bb/_data"), "aa/_data:\nb\ng\n\nbb/_data:\nf\n");
    assert_eq!(
        out(&mut s, "docker run --rm -v aa:/etc ubuntu ls /etc | tr '\\n' ' '"),
        "b g hostname hosts resolv.conf "
    );
}

#[test]
fn further_groups_are_the_containers_and_its_execs() {
    let mut s = sitting();
    for (options, id) in [
        ("", "uid=0(root) gid=0(root) groups=0(root)"),
        (
            "--group-add 777 --group-add audio --group-add 5",
            "uid=0(root) gid=0(root) groups=0(root),5(tty),29(audio),777",
        ),
        ("-u 1000:3 --group-add 5 --group-add 0", "uid=1000 gid=3(sys) groups=3(sys),0(root),5(tty)"),
        ("-u daemon --group-add tty --group-add 5", "uid=1(daemon) gid=1(daemon) groups=1(daemon),5(tty)"),
    ] {
        assert_eq!(out(&mut s, &format!("docker run --rm {options} ubuntu id")), format!("{id}\n"), "{options}");
    }
    out(&mut s, "docker run -d --name c1 --group-add audio ubuntu sleep 100 >/dev/null");
    assert_eq!(out(&mut s, "docker exec -u 3 c1 id"), "uid=3(sys) gid=3(sys) groups=3(sys),29(audio)\n");
    assert_eq!(out(&mut s, "docker inspect -f '{{json .HostConfig.GroupAdd}}' c1"), "[\"audio\"]\n");
    // A file that the group may read is read.
    let script = "cat /f; id -G";
    out(
        &mut s,
        "docker run --name c2 ubuntu bash -c 'echo a > /f; chmod 640 /f; chgrp 29 /f'; docker commit c2 con >/dev/null",
    );
    assert_eq!(out(&mut s, &format!("docker run --rm -u 1000:3 --group-add 29 con sh -c '{script}'")), "a\n3 29\n");
}

#[test]
fn what_is_written_through_the_daemons_directories_wakes_those_who_follow_it() {
    let mut s = sitting();
    out(&mut s, "docker run -d --name c1 -v v1:/d ubuntu sleep 1000 >/dev/null");
    out(&mut s, "D=/var/lib/docker/volumes/v1/_data; M=$(docker inspect -f '{{.GraphDriver.Data.MergedDir}}' c1)");
    out(&mut s, "touch $D/f $D/g $M/h; tail -f $D/f >/root/seen & tail -F $D/late >>/root/seen 2>/dev/null &");
    // The container writes, the host follows; and the host itself.
    out(&mut s, "docker exec c1 sh -c 'echo uno >> /d/f'");
    assert_eq!(out(&mut s, "cat /root/seen"), "uno\n");
    out(&mut s, "echo dos >> $D/f");
    assert_eq!(out(&mut s, "cat /root/seen"), "uno\ndos\n");
    // The host writes, the container follows: into a volume, and into its root.
    out(&mut s, "docker exec -d c1 sh -c 'tail -f /d/g /h > /seen'; sleep 1");
    out(&mut s, "echo tres >> $D/g");
    assert!(out(&mut s, "docker exec c1 cat /seen").ends_with("tres\n"));
    out(&mut s, "echo cuatro >> $M/h");
    assert!(out(&mut s, "docker exec c1 cat /seen").ends_with("cuatro\n"));
    // A file that comes by another name is a change of its directory.
    out(&mut s, "echo cinco > $D/other; mv $D/other $D/late");
    assert!(out(&mut s, "cat /root/seen").ends_with("cinco\n"));
}
