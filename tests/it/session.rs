//! A sitting at the simulated computer: what is shown at the start, long output, the clock.

use capas::session::{Options, Session};
use capas::terminal::tty::Size;

fn on_terminal(options: Options) -> Session {
    Session::start(options.on_terminal(Size { rows: 24, cols: 80 })).unwrap()
}

#[test]
fn the_first_prompt_comes_whole() {
    let mut session = on_terminal(Options::default());
    assert_eq!(String::from_utf8(session.take_output()).unwrap(), "$ ");
    session.run_line("echo uno");
    assert_eq!(String::from_utf8(session.take_output()).unwrap(), "echo uno\r\nuno\r\n$ ");
}

#[test]
fn output_longer_than_the_terminals_buffer_comes_to_its_end() {
    let mut session = on_terminal(Options::default());
    let outcome = session.run_line("seq 50000");
    assert!(!session.is_working());
    assert!(outcome.stdout.len() > 300_000 && outcome.stdout.ends_with("50000\r\n$ "), "{}", outcome.stdout.len());
    // What never ends gives its caller a turn, and can be interrupted.
    session.run_line("yes");
    assert!(session.is_working());
    session.tick();
    assert!(session.is_working());
    let outcome = session.run_keys("\u{3}");
    assert!(!session.is_working());
    assert!(outcome.stdout.ends_with("^C\r\n$ "), "{:?}", outcome.stdout.get(outcome.stdout.len() - 40..));
}

#[test]
fn the_clock_starts_after_the_images_that_were_brought() {
    let mut later = Session::start(Options {
        start: Options::default().start.plus_nanos(400 * 24 * 3_600 * 1_000_000_000),
        images: vec!["busybox".into()],
        ..Options::default()
    })
    .unwrap();
    later.run_line("docker run --name uno busybox touch /f; docker commit uno mine >/dev/null");
    let archive = later.run_line("docker save mine").raw;
    let options = Options { archives: vec![archive.into()], ..Options::default() };
    let mut session = Session::start(options).unwrap();
    let outcome = session.run_line("docker images --format '{{.Repository}} {{.CreatedSince}}'");
    assert_eq!(outcome.stdout, "mine 24 hours ago\n");
}

#[test]
fn df_counts_what_is_written() {
    let mut session = Session::start(Options::default()).unwrap();
    let outcome = session
        .run_line("df -k / | tail -1 | tr -s ' ' | cut -d' ' -f3; head -c 2M /dev/zero > big; df -k / | tail -1 | tr -s ' ' | cut -d' ' -f3");
    let used: Vec<i64> = outcome.stdout.lines().map(|line| line.trim().parse().unwrap()).collect();
    assert_eq!(used[1] - used[0], 2048, "{}", outcome.output);
}

/// Everything that replaying a log must give again.
fn state(session: &Session) -> (String, String) {
    (session.screen().text(), serde_json::to_string(&*session.snapshot()).unwrap())
}

fn replayed(session: &Session) -> Session {
    let options = Options::for_log(session.log()).on_terminal(Size { rows: 24, cols: 80 });
    Session::replay(options, &session.log().inputs).unwrap()
}

#[test]
fn a_command_that_computes_for_long_replays_to_the_same_state() {
    let mut session = on_terminal(Options { images: vec!["busybox".into()], ..Options::default() });
    session.run_line("for i in $(seq 1000); do docker create busybox >/dev/null; done; date");
    assert!(session.is_busy(), "one turn is not enough for it");
    let mut turns = 0;
    while session.is_working() {
        session.tick();
        turns += 1;
    }
    assert!(turns > 1);
    assert_eq!(session.snapshot().containers.len(), 1000);
    assert_eq!(session.entries().last().unwrap().snapshot.containers.len(), 1000, "the timeline sees its end");
    session.run_line("date");
    let again = replayed(&session);
    assert_eq!((state(&again), again.now(), again.log()), (state(&session), session.now(), session.log()));
}

#[test]
fn an_interrupt_in_the_middle_replays_in_the_middle() {
    let mut session = on_terminal(Options { images: vec!["busybox".into()], ..Options::default() });
    session.run_line("while :; do docker create busybox >/dev/null; done");
    for _ in 0..3 {
        session.tick();
    }
    session.run_keys("\u{3}");
    assert!(!session.is_working());
    let made = session.snapshot().containers.len();
    assert!(made > 3, "{made}");
    session.run_line("while sleep 1; do :; done");
    for _ in 0..5 {
        session.tick();
    }
    session.run_keys("\u{3}");
    session.run_line("date");
    let again = replayed(&session);
    assert_eq!((state(&again), again.now(), again.log()), (state(&session), session.now(), session.log()));
    let text = session.log().to_text();
    assert_eq!(capas::session::log::Log::parse(&text).unwrap().inputs, session.log().inputs, "{text}");
}

#[test]
fn a_captured_command_comes_to_its_end_however_long() {
    let mut session = Session::start(Options { images: vec!["busybox".into()], ..Options::default() }).unwrap();
    let outcome = session.run_line("for i in $(seq 2000); do docker create busybox; done | wc -l");
    assert_eq!(outcome.output, "2000\n");
    let outcome = session.run_line("for i in $(seq 500); do sleep 1; done; echo end");
    assert_eq!(outcome.output, "end\n");
}

#[test]
fn tab_completes_what_docker_holds() {
    let images = vec!["ubuntu".into(), "httpd:2.4".into()];
    let mut session = on_terminal(Options { images, ..Options::default() });
    session.run_line("docker create --name contenedor1 ubuntu");
    session.run_line("docker run -d --name contenedor2 ubuntu sleep 1000");
    session.run_line("docker volume create datos");
    session.run_line("touch fichero.tar");
    session.take_output();
    for (typed, becomes) in [
        ("docker sta\tr\t", "docker start "),
        ("docker image pru\t", "docker image prune "),
        ("docker run --rm -it ub\tls", "docker run --rm -it ubuntu ls"),
        ("docker run --name x httpd:\t", "docker run --name x httpd:2.4 "),
        ("docker run ubuntu:l\t", "docker run ubuntu:latest "),
        ("docker start c\t", "docker start contenedor1 "),
        ("docker stop c\t", "docker stop contenedor2 "),
        ("true; sudo=1 docker rm -f c\t2\t", "true; sudo=1 docker rm -f contenedor2 "),
        ("docker volume rm d\t", "docker volume rm datos "),
        ("docker load -i f\t", "docker load -i fichero.tar "),
        ("docker ps > f\t", "docker ps > fichero.tar "),
        ("docker ps --no\t", "docker ps --no-trunc "),
        ("docker cp f\tcontenedor1\t", "docker cp fichero.tar contenedor1:"),
        ("/usr/bin/docker inspect u\t", "/usr/bin/docker inspect ubuntu "),
        ("A=fi\tec\t", "A=fichero.tar echo "),
    ] {
        session.type_keys(typed);
        let screen = session.screen().text();
        let line = screen.trim_end_matches('\n').lines().last().unwrap_or_default();
        assert_eq!(line.trim_end(), format!("$ {becomes}").trim_end(), "{typed:?}");
        session.run_keys("\u{3}");
    }
}

#[test]
fn sudo_is_root_for_a_command() {
    let mut session = Session::start(Options { images: vec!["busybox".into()], ..Options::default() }).unwrap();
    for (line, output, status) in [
        ("id -u; sudo id", "1000\nuid=0(root) gid=0(root) groups=0(root)\n", 0),
        ("sudo -u nobody id -un", "nobody\n", 0),
        ("sudo -u nosuch id", "sudo: unknown user nosuch\nsudo: error initializing audit plugin sudoers_audit\n", 1),
        ("sudo nosuch", "sudo: nosuch: command not found\n", 1),
        (
            "sudo cd /",
            "sudo: cd: command not found\nsudo: \"cd\" is a shell built-in command, it cannot be run directly.\n\
             sudo: the -s option may be used to run a privileged shell.\n\
             sudo: the -D option may be used to run a command in a specific directory.\n",
            1,
        ),
        (
            "sudo A=1 printenv A HOME SUDO_USER SUDO_COMMAND",
            "1\n/root\nalumno\n/usr/bin/printenv A HOME SUDO_USER SUDO_COMMAND\n",
            0,
        ),
        ("sudo -E printenv HOME", "/home/alumno\n", 0),
        ("sudo -i pwd", "/root\n", 0),
        ("sudo -s echo 'a  b' '$HOME'", "a  b /root\n", 0),
        ("sudo sh -c 'exit 3'", "", 3),
        ("ls /var/lib/docker", "ls: cannot open directory '/var/lib/docker': Permission denied\n", 2),
        ("sudo ls /var/lib/docker/overlay2 | grep -c -v '^l$'", "1\n", 0),
        ("sudo docker images -q | wc -l", "1\n", 0),
        ("cat /etc/sudoers", "cat: /etc/sudoers: Permission denied\n", 1),
        (
            "sudo chmod u-s /usr/bin/sudo; sudo id",
            "sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n",
            1,
        ),
    ] {
        let outcome = session.run_line(line);
        assert_eq!((outcome.output.as_str(), outcome.status), (output, status), "{line}");
    }
    let mut session = Session::start(Options { root: true, ..Options::default() }).unwrap();
    session.run_line("sed -i '/%sudo/d' /etc/sudoers");
    let outcome = session.run_line("sudo -u alumno sudo id");
    let refused = "alumno is not in the sudoers file.\nThis incident has been reported to the administrator.\n";
    assert_eq!((outcome.output.as_str(), outcome.status), (refused, 1));
    let outcome = session.run_line("sudo");
    assert!(outcome.stderr.starts_with("usage: sudo -h | -K | -k | -V\n") && outcome.status == 1);
}
