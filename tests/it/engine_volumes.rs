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
