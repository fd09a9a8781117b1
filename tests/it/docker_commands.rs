//! The command line against the simulated engine: what each command prints, on which stream, and its exit status.

use super::docker_bench::Host;
use super::engine_bench::Bench;
use expect_test::{expect, Expect};

/// Ids are random: twelve digits or more become the same letter throughout.
fn hide(text: &str) -> String {
    let (mut out, mut run) = (String::new(), String::new());
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() || ('a'..='f').contains(&c) {
            run.push(c);
            continue;
        }
        out.push_str(if run.len() == 64 {
            "<id>"
        } else if run.len() == 12 {
            "<short-id>  "
        } else {
            &run
        });
        run.clear();
        out.push(c);
    }
    out.trim_end_matches('\0').replace('\r', "<CR>")
}

fn check(host: &Host, lines: &[&str], want: Expect) {
    let shown: String = lines.iter().map(|line| format!("$ {line}\n{}", hide(&host.docker(line)))).collect();
    want.assert_eq(&shown);
}

#[test]
fn images_and_their_history() {
    check(
        &Host::new(),
        &[
            "docker images",
            "docker images -q",
            "docker images tiny --format '{{.Repository}}:{{.Tag}} {{.Size}}'",
            "docker images --format 'table {{.Repository}}\\t{{.Tag}}'",
            "docker images nosuch",
            "docker images --format {{.Foo}}",
            "docker history app",
            "docker history -H=false --format '{{.CreatedAt}} {{.Size}}' app",
            "docker history nosuch",
            "docker tag tiny mine:v1",
            "docker tag tiny Mine",
            "docker rmi mine:v1 nosuch",
            "docker rmi -f nosuch",
        ],
        expect![[r#"
            $ docker images
            REPOSITORY   TAG       IMAGE ID       CREATED       SIZE
            app          latest    <short-id>     3 weeks ago   1MB
            tiny         latest    <short-id>     4 weeks ago   344B
            $ docker images -q
            <short-id>  
            <short-id>  
            $ docker images tiny --format '{{.Repository}}:{{.Tag}} {{.Size}}'
            tiny:latest 344B
            $ docker images --format 'table {{.Repository}}\t{{.Tag}}'
            REPOSITORY   TAG
            app          latest
            tiny         latest
            $ docker images nosuch
            REPOSITORY   TAG       IMAGE ID   CREATED   SIZE
            $ docker images --format {{.Foo}}
            [stderr]
            template parsing error: template: :1:2: executing "" at <.Foo>: can't evaluate field Foo in type *formatter.imageContext
            [exit 1]
            $ docker history app
            IMAGE          CREATED       CREATED BY                          SIZE      COMMENT
            <short-id>     3 weeks ago   /bin/sh -c #(nop) ADD file:1 in /   1MB       
            <missing>      3 weeks ago   /bin/sh -c #(nop) ADD file:0 in /   344B      
            $ docker history -H=false --format '{{.CreatedAt}} {{.Size}}' app
            2026-10-27T11:20:00Z 1000000
            2026-10-27T11:20:00Z 344
            $ docker history nosuch
            [stderr]
            Error response from daemon: No such image: nosuch:latest
            [exit 1]
            $ docker tag tiny mine:v1
            $ docker tag tiny Mine
            [stderr]
            Error parsing reference: "Mine" is not a valid repository/tag: invalid reference format: repository name must be lowercase
            [exit 1]
            $ docker rmi mine:v1 nosuch
            Untagged: mine:v1
            [stderr]
            Error: No such image: nosuch
            [exit 1]
            $ docker rmi -f nosuch
            [stderr]
            Error: No such image: nosuch
        "#]],
    );
}

#[test]
fn a_container_lives_and_is_listed() {
    check(
        &Host::new(),
        &[
            "docker run --name c1 tiny touch /file.txt",
            "docker ps",
            "docker ps -a -s",
            "docker ps -a --format '{{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Size}}'",
            "docker ps -aq --filter name=c1",
            "docker ps --filter foo",
            "docker ps --format {{.Foo}}",
            "docker diff c1",
            "docker diff nosuch",
            "docker start c1 nosuch",
            "docker create --name c2 -it -l a=b tiny sh",
            "docker ps -a --format '{{.Names}}: {{.Status}} {{.Label \"a\"}}'",
            "docker inspect -f '{{.Name}} {{.Config.Labels}} {{.State.Status}} {{json .Config.Cmd}}' c2",
            "docker inspect -f '{{.State.Foo}}' c2",
            "docker inspect -f '{{.State' c2",
            "docker inspect nosuch",
            "docker inspect --type image c2",
            "docker rename c2 c3",
            "docker rename c3 c1",
            "docker rm c3 nosuch",
            "docker rm -f nosuch",
            "docker wait c1",
            "docker attach c1",
            "docker kill c1",
            "docker port c1 80",
            "docker logs c1",
            "docker rmi tiny",
        ],
        expect![[r#"
            $ docker run --name c1 tiny touch /file.txt
            $ docker ps
            CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES
            $ docker ps -a -s
            CONTAINER ID   IMAGE     COMMAND             CREATED        STATUS                              PORTS     NAMES     SIZE
            <short-id>     tiny      "touch /file.txt"   1 second ago   Exited (0) Less than a second ago             c1        5B (virtual 349B)
            $ docker ps -a --format '{{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Size}}'
            c1 tiny "touch /file.txt" exited 5B (virtual 349B)
            $ docker ps -aq --filter name=c1
            <short-id>  
            $ docker ps --filter foo
            [stderr]
            invalid argument "foo" for "-f, --filter" flag: bad format of filter (expected name=value)
            See 'docker ps --help'.
            [exit 125]
            $ docker ps --format {{.Foo}}
            [stderr]
            failed to execute template: template: :1:2: executing "" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext
            [exit 1]
            $ docker diff c1
            A /file.txt
            $ docker diff nosuch
            [stderr]
            Error response from daemon: No such container: nosuch
            [exit 1]
            $ docker start c1 nosuch
            c1
            [stderr]
            Error response from daemon: No such container: nosuch
            Error: failed to start containers: nosuch
            [exit 1]
            $ docker create --name c2 -it -l a=b tiny sh
            <id>
            $ docker ps -a --format '{{.Names}}: {{.Status}} {{.Label "a"}}'
            c2: Created b
            c1: Exited (0) Less than a second ago 
            $ docker inspect -f '{{.Name}} {{.Config.Labels}} {{.State.Status}} {{json .Config.Cmd}}' c2
            /c2 map[a:b] created ["sh"]
            $ docker inspect -f '{{.State.Foo}}' c2

            [stderr]
            template parsing error: template: :1:8: executing "" at <.State.Foo>: map has no entry for key "Foo"
            [exit 1]
            $ docker inspect -f '{{.State' c2
            [stderr]
            template parsing error: template: :1: unclosed action
            [exit 64]
            $ docker inspect nosuch
            []
            [stderr]
            Error: No such object: nosuch
            [exit 1]
            $ docker inspect --type image c2
            []
            [stderr]
            Error: No such image: c2
            [exit 1]
            $ docker rename c2 c3
            $ docker rename c3 c1
            [stderr]
            Error response from daemon: Error when allocating new name: Conflict. The container name "/c1" is already in use by container "<id>". You have to remove (or rename) that container to be able to reuse that name.
            Error: failed to rename container named c3
            [exit 1]
            $ docker rm c3 nosuch
            c3
            [stderr]
            Error: No such container: nosuch
            [exit 1]
            $ docker rm -f nosuch
            [stderr]
            Error: No such container: nosuch
            $ docker wait c1
            0
            $ docker attach c1
            [stderr]
            You cannot attach to a stopped container, start it first
            [exit 1]
            $ docker kill c1
            [stderr]
            Error response from daemon: Cannot kill container: c1: Container <id> is not running
            [exit 1]
            $ docker port c1 80
            [stderr]
            Error: No public port '80/tcp' published for c1
            [exit 1]
            $ docker logs c1
            $ docker rmi tiny
            [stderr]
            Error response from daemon: conflict: unable to remove repository reference "tiny" (must force) - container <short-id>   is using its referenced image <short-id>  
            [exit 1]
        "#]],
    );
}

#[test]
fn run_says_how_it_ended() {
    check(
        &Host::new(),
        &[
            "docker run --rm tiny echo hola",
            "docker run --rm tiny out",
            "docker run --rm tiny false",
            "docker run --rm tiny nosuchcmd",
            "docker run --rm tiny /etc/passwd",
            "docker run --name bad tiny nosuchcmd",
            "docker run -d tiny nosuchcmd",
            "docker run --rm -w rel tiny true",
            "docker run --rm -e A=1 -e DESK -e GONE tiny env",
            "docker run -it --rm tiny true",
            "docker run --rm --restart always tiny",
            "docker run -p x tiny",
            "docker run -a foo tiny",
            "docker run Tiny",
            "docker run nosuch",
            "docker create nosuch",
            "docker run --name bad tiny true",
            "docker run -d --name d1 tiny sleep 100",
            "docker exec d1 echo hola",
            "docker exec d1 nosuchcmd",
            "docker exec -it d1 sh",
            "docker exec nosuch true",
            "docker stop -t 1 d1",
            "docker exec d1 true",
            "docker update d1",
            "docker container prune",
            "docker container prune -f",
        ],
        expect![[r#"
            $ docker run --rm tiny echo hola
            hola
            $ docker run --rm tiny out
            out1
            out2
            out3
            no end[stderr]
            err1
            err2
            err3
            $ docker run --rm tiny false
            [exit 1]
            $ docker run --rm tiny nosuchcmd
            [stderr]
            docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuchcmd": executable file not found in $PATH: unknown.
            [exit 127]
            $ docker run --rm tiny /etc/passwd
            [stderr]
            docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/etc/passwd": permission denied: unknown.
            [exit 126]
            $ docker run --name bad tiny nosuchcmd
            [stderr]
            docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuchcmd": executable file not found in $PATH: unknown.
            time="2026-11-24T10:00:02Z" level=error msg="error waiting for container: context canceled"
            [exit 127]
            $ docker run -d tiny nosuchcmd
            <id>
            [stderr]
            docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuchcmd": executable file not found in $PATH: unknown.
            [exit 127]
            $ docker run --rm -w rel tiny true
            [stderr]
            docker: Error response from daemon: the working directory 'rel' is invalid, it needs to be an absolute path.
            See 'docker run --help'.
            [exit 125]
            $ docker run --rm -e A=1 -e DESK -e GONE tiny env
            PATH=/usr/local/bin:/bin
            HOSTNAME=<short-id>  
            A=1
            DESK=oak
            HOME=/root
            cwd=/
            uid=0 gid=0
            $ docker run -it --rm tiny true
            [stderr]
            the input device is not a TTY
            [exit 1]
            $ docker run --rm --restart always tiny
            [stderr]
            docker: Conflicting options: --restart and --rm.
            See 'docker run --help'.
            [exit 125]
            $ docker run -p x tiny
            [stderr]
            docker: Invalid containerPort: x.
            See 'docker run --help'.
            [exit 125]
            $ docker run -a foo tiny
            [stderr]
            invalid argument "foo" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR
            See 'docker run --help'.
            [exit 125]
            $ docker run Tiny
            [stderr]
            docker: invalid reference format: repository name must be lowercase.
            See 'docker run --help'.
            [exit 125]
            $ docker run nosuch
            [stderr]
            Unable to find image 'nosuch:latest' locally
            docker: Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied.
            See 'docker run --help'.
            [exit 125]
            $ docker create nosuch
            [stderr]
            Unable to find image 'nosuch:latest' locally
            Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
            [exit 1]
            $ docker run --name bad tiny true
            [stderr]
            docker: Error response from daemon: Conflict. The container name "/bad" is already in use by container "<id>". You have to remove (or rename) that container to be able to reuse that name.
            See 'docker run --help'.
            [exit 125]
            $ docker run -d --name d1 tiny sleep 100
            <id>
            $ docker exec d1 echo hola
            hola
            $ docker exec d1 nosuchcmd
            OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuchcmd": executable file not found in $PATH: unknown<CR>
            [exit 126]
            $ docker exec -it d1 sh
            [stderr]
            the input device is not a TTY
            [exit 1]
            $ docker exec nosuch true
            [stderr]
            Error: No such container: nosuch
            [exit 1]
            $ docker stop -t 1 d1
            d1
            $ docker exec d1 true
            [stderr]
            Error response from daemon: Container <id> is not running
            [exit 1]
            $ docker update d1
            [stderr]
            you must provide one or more flags when using this command
            [exit 1]
            $ docker container prune
            WARNING! This will remove all stopped containers.
            Are you sure you want to continue? [y/N] Total reclaimed space: 0B
            $ docker container prune -f
            Deleted Containers:
            <id>
            <id>
            <id>

            Total reclaimed space: 0B
        "#]],
    );
}

#[test]
fn input_goes_in_and_out_again() {
    let host = Host::new();
    assert_eq!(host.docker_with("docker run -i --rm tiny cat", "por la tubería\n"), "por la tubería\n");
    assert_eq!(host.docker_with("docker run --rm tiny cat", "not asked for"), "");
    host.docker("docker run -d --name dd tiny sleep 1000");
    assert_eq!(host.docker_with("docker exec -i dd cat", "x\ny"), "x\ny");
    let before = host.bench.kernel.now();
    assert_eq!(host.docker("docker exec -d dd sleep 500"), "");
    assert!(host.bench.kernel.now().secs() - before.secs() < 5, "it does not wait for what it detached");
    let pruned = host.docker_with("docker container prune", "y\n");
    assert!(pruned.ends_with("Are you sure you want to continue? [y/N] Total reclaimed space: 0B\n"), "{pruned}");
}

#[test]
fn pulls_show_their_progress() {
    let host = Host::beside(Bench::empty());
    check(
        &host,
        &["docker run --rm tiny echo hola", "docker pull -q app", "docker pull app", "docker pull nosuch"],
        expect![[r#"
            $ docker run --rm tiny echo hola
            hola
            [stderr]
            Unable to find image 'tiny:latest' locally
            latest: Pulling from library/tiny
            <short-id>  : Pulling fs layer
            <short-id>  : Verifying Checksum
            <short-id>  : Download complete
            <short-id>  : Pull complete
            Digest: sha256:<id>
            Status: Downloaded newer image for tiny:latest
            $ docker pull -q app
            docker.io/library/app:latest
            $ docker pull app
            Using default tag: latest
            latest: Pulling from library/app
            Digest: sha256:<id>
            Status: Image is up to date for app:latest
            docker.io/library/app:latest
            $ docker pull nosuch
            Using default tag: latest
            [stderr]
            Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
            [exit 1]
        "#]],
    );
    let host = Host::beside(Bench::empty());
    let (shown, status) = host.pty(80, "docker pull app", &[]);
    assert_eq!(status, Some(0));
    let text = shown.concat();
    assert!(text.starts_with("Using default tag: latest\r\nlatest: Pulling from library/app\r\n\r\n\x1b[1A\x1b[2K\r"));
    assert!(text.contains(": Pull complete \r\x1b[2B"), "{text:?}");
    assert!(text.ends_with("Status: Downloaded newer image for app:latest\r\ndocker.io/library/app:latest\r\n"));
}

#[test]
fn a_terminal_is_shared_and_left_as_it_was() {
    let host = Host::new();
    let (shown, status) = host.pty(80, "docker run -it --name tt tiny", &["uno\r", "exit 3\r"]);
    assert_eq!((shown, status), (vec!["# ".to_owned(), "uno\r\ngot uno\r\n# ".into(), "exit 3\r\n".into()], Some(3)));
    host.docker("docker start tt");
    let (shown, status) = host.pty(80, "docker attach tt", &["dos\r", "\x10\x11"]);
    assert_eq!((shown[1].as_str(), status), ("dos\r\ngot dos\r\n# ", Some(1)));
    assert_eq!(shown[2], "read escape sequence\r\n");
    let (shown, status) = host.pty(80, "docker attach tt", &["\x04"]);
    assert_eq!((shown.concat().as_str(), status), ("", Some(0)));
    let (shown, status) = host.pty(80, "docker start -ai tt", &["\x10\x11"]);
    assert_eq!((shown.concat().as_str(), status), ("# ", Some(0)));
    assert!(host.docker("docker ps --format '{{.Names}}'").contains("tt"));
    let (shown, status) = host.pty(80, "docker exec -it tt sh", &["exit 5\r"]);
    assert_eq!((shown.concat().as_str(), status), ("# exit 5\r\n", Some(5)));
}

#[test]
fn keys_reach_a_container_without_a_terminal_as_signals() {
    let host = Host::new();
    let (shown, status) = host.pty(80, "docker run -i --rm tiny cat", &["\x03", "hola\r", "\x04"]);
    assert_eq!((shown[1].as_str(), shown[2].as_str()), ("^C", "hola\r\nhola\r\n"), "PID 1 does not mind SIGINT");
    assert_eq!(status, Some(0));
    let (_, status) = host.pty(80, "docker run -i --sig-proxy=false --rm tiny cat", &["\x03"]);
    assert_eq!(status, Some(130), "the client itself is interrupted");
}

#[test]
fn archives_go_through_files_and_pipes() {
    let host = Host::new();
    check(
        &host,
        &[
            "docker save -o tiny.tar tiny",
            "docker save -o /nodir/x tiny",
            "docker save nosuch",
            "docker rmi tiny:latest",
            "docker load -i tiny.tar",
            "docker load -i nosuch.tar",
            "docker load",
            "docker images tiny --format '{{.Repository}}:{{.Tag}}'",
            "docker run --name ee tiny touch /f",
            "docker commit -m msg -a Ana ee made:1",
            "docker commit ee BAD",
            "docker history --format '{{.CreatedBy}}|{{.Size}}|{{.Comment}}' made:1",
            "docker export -o e.tar ee",
            "docker import -m hi e.tar flat",
            "docker history --format '{{.Comment}}' flat",
            "docker image prune -f",
        ],
        expect![[r#"
            $ docker save -o tiny.tar tiny
            $ docker save -o /nodir/x tiny
            [stderr]
            failed to save image: invalid output path: directory "/nodir" does not exist
            [exit 1]
            $ docker save nosuch
            [stderr]
            Error response from daemon: No such image: nosuch
            [exit 1]
            $ docker rmi tiny:latest
            Untagged: tiny:latest
            Untagged: tiny@sha256:<id>
            Deleted: sha256:<id>
            $ docker load -i tiny.tar
            Loaded image: tiny:latest
            $ docker load -i nosuch.tar
            [stderr]
            open nosuch.tar: no such file or directory
            [exit 1]
            $ docker load
            [stderr]
            open manifest.json: no such file or directory
            [exit 1]
            $ docker images tiny --format '{{.Repository}}:{{.Tag}}'
            tiny:latest
            $ docker run --name ee tiny touch /f
            $ docker commit -m msg -a Ana ee made:1
            sha256:<id>
            $ docker commit ee BAD
            [stderr]
            invalid reference format: repository name must be lowercase
            [exit 1]
            $ docker history --format '{{.CreatedBy}}|{{.Size}}|{{.Comment}}' made:1
            touch /f|5B|msg
            /bin/sh -c #(nop) ADD file:0 in /|344B|
            $ docker export -o e.tar ee
            $ docker import -m hi e.tar flat
            sha256:<id>
            $ docker history --format '{{.Comment}}' flat
            hi
            $ docker image prune -f
            Total reclaimed space: 0B
        "#]],
    );
    let (shown, status) = host.pty(80, "docker save tiny", &[]);
    let refusal = "cowardly refusing to save to a terminal. Use the -o flag or redirect\r\n";
    assert_eq!((shown.concat().as_str(), status), (refusal, Some(1)));
}

#[test]
fn files_are_copied_both_ways() {
    let host = Host::new();
    host.put("/tmp/h.txt", b"desde-host\n");
    host.docker("docker create --name cc tiny");
    check(
        &host,
        &[
            "docker cp h.txt cc:/tmp/",
            "docker cp h.txt cc:/tmp/otro.txt",
            "docker cp cc:/etc/issue issue",
            "docker cp cc:/etc .",
            "docker cp cc:/etc/. copy",
            "docker cp cc:/nosuch .",
            "docker cp nosuch cc:/",
            "docker cp nosuch:/a .",
            "docker cp h.txt cc:/nodir/",
            "docker cp h.txt cc:/nodir/x",
            "docker cp a b",
            "docker cp cc:/a cc:/b",
            "docker cp cc:/etc/issue /nodir/x",
            "docker cp cc:/etc /tmp/h.txt",
            "docker diff cc",
        ],
        expect![[r#"
            $ docker cp h.txt cc:/tmp/
            $ docker cp h.txt cc:/tmp/otro.txt
            $ docker cp cc:/etc/issue issue
            $ docker cp cc:/etc .
            $ docker cp cc:/etc/. copy
            $ docker cp cc:/nosuch .
            [stderr]
            Error: No such container:path: cc:/nosuch
            [exit 1]
            $ docker cp nosuch cc:/
            [stderr]
            lstat /tmp/nosuch: no such file or directory
            [exit 1]
            $ docker cp nosuch:/a .
            [stderr]
            Error: No such container:path: nosuch:/a
            [exit 1]
            $ docker cp h.txt cc:/nodir/
            [stderr]
            no such directory
            [exit 1]
            $ docker cp h.txt cc:/nodir/x
            [stderr]
            Error: No such container:path: cc:/nodir
            [exit 1]
            $ docker cp a b
            [stderr]
            must specify at least one container source
            [exit 1]
            $ docker cp cc:/a cc:/b
            [stderr]
            copying between containers is not supported
            [exit 1]
            $ docker cp cc:/etc/issue /nodir/x
            [stderr]
            invalid output path: directory "/nodir" does not exist
            [exit 1]
            $ docker cp cc:/etc /tmp/h.txt
            [stderr]
            cannot copy directory
            [exit 1]
            $ docker diff cc
            C /tmp
            A /tmp/h.txt
            A /tmp/otro.txt
        "#]],
    );
    assert_eq!(
        [host.get("/tmp/issue"), host.get("/tmp/etc/issue"), host.get("/tmp/copy/issue")],
        [Ok("Tiny\n".into()), Ok("Tiny\n".into()), Ok("Tiny\n".into())]
    );
    assert!(host.docker("docker cp cc:/tmp/otro.txt -").contains("desde-host\n"));
    host.docker("docker cp etc cc:/tmp/copied");
    assert!(host.docker("docker cp cc:/tmp/copied/issue -").contains("Tiny\n"));
}

#[test]
fn the_engine_tells_of_itself() {
    check(
        &Host::new(),
        &[
            "docker version --format '{{.Server.Version}} {{.Client.APIVersion}}'",
            "docker version --format {{.Foo}}",
            "docker info --format '{{.Driver}} {{.Containers}} {{.Images}}'",
            "docker info --format {{.Foo}}",
            "docker system df",
            "docker stats --no-stream nosuch",
            "docker events --since x",
            "docker search x",
            "docker build .",
        ],
        expect![[r#"
            $ docker version --format '{{.Server.Version}} {{.Client.APIVersion}}'
            20.10.24+dfsg1 1.41
            $ docker version --format {{.Foo}}

            [stderr]
            template: version:1:2: executing "version" at <.Foo>: can't evaluate field Foo in type system.versionInfo
            [exit 1]
            $ docker info --format '{{.Driver}} {{.Containers}} {{.Images}}'
            overlay2 0 2
            $ docker info --format {{.Foo}}

            [stderr]
            template: :1:2: executing "" at <.Foo>: can't evaluate field Foo in type system.info
            [exit 1]
            $ docker system df
            TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE
            Images          2         0         1MB       1MB (100%)
            Containers      0         0         0B        0B
            Local Volumes   0         0         0B        0B
            Build Cache     0         0         0B        0B
            $ docker stats --no-stream nosuch
            [stderr]
            Error response from daemon: No such container: nosuch
            [exit 1]
            $ docker events --since x
            [stderr]
            failed to parse value as time or duration: "x"
            [exit 1]
            $ docker search x
            [stderr]
            Error response from daemon: Get "https://index.docker.io/v1/search?q=x&n=25": dial tcp: lookup index.docker.io: no such host
            [exit 1]
            $ docker build .
            [stderr]
            docker build: not available in this simulator yet
            [exit 1]
        "#]],
    );
}
