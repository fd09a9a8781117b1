//! The web servers of the teaching images: how they start, what they write, how they end.

use capas::session::{Options, Session};
use capas::terminal::tty::Size;

fn with(image: &str) -> Session {
    Session::start(Options { images: vec![image.into()], ..Options::default() }).unwrap()
}

/// The output of a line, what differs from run to run taken out: dates, and the numbers of threads.
fn run(session: &mut Session, line: &str) -> String {
    let output = session.run_line(line).output.replace('\r', "");
    let lines = output.lines().map(|line| match (line.split_once("] ["), line.split_once(" [")) {
        (Some((date, rest)), _) if date.starts_with('[') => {
            let tid = rest.split_once(":tid ").map(|(before, after)| {
                let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
                format!("{before}:tid T{after}")
            });
            format!("[D] [{}", tid.unwrap_or_else(|| rest.into()))
        }
        (_, Some((date, rest))) if date.len() == 19 && date.starts_with("20") => format!("D [{rest}"),
        _ => line.into(),
    });
    lines.map(|line| line + "\n").collect()
}

fn titles(session: &mut Session, name: &str) -> Vec<String> {
    let top = session.run_line(&format!("docker top {name}")).output;
    let lines = top.lines().skip(1).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        format!("{} {}", words[0], words[7..].join(" "))
    });
    lines.collect()
}

const UNNAMED: &str =
    "Could not reliably determine the server's fully qualified domain name, using 172.17.0.2. Set the \
                       'ServerName' directive globally to suppress this message\n";

#[test]
fn httpd_runs_as_a_daemon_and_ends_gracefully() {
    let mut s = with("httpd:2.4");
    s.run_line("docker run -d --name web httpd:2.4");
    assert!(run(&mut s, "docker ps --format '{{.Status}}'").starts_with("Up "));
    let child = "www-data httpd -DFOREGROUND";
    assert_eq!(titles(&mut s, "web"), ["root httpd -DFOREGROUND", child, child, child]);
    let started = format!(
        "AH00558: httpd: {UNNAMED}AH00558: httpd: {UNNAMED}\
         [D] [mpm_event:notice] [pid 1:tid T] AH00489: Apache/2.4.46 (Unix) configured -- resuming normal operations\n\
         [D] [core:notice] [pid 1:tid T] AH00094: Command line: 'httpd -D FOREGROUND'\n"
    );
    assert_eq!(run(&mut s, "docker logs web"), started);
    let changes = "C /usr\nC /usr/local\nC /usr/local/apache2\nC /usr/local/apache2/logs\n";
    assert_eq!(run(&mut s, "docker diff web"), format!("{changes}A /usr/local/apache2/logs/httpd.pid\n"));
    assert_eq!(run(&mut s, "docker exec web cat logs/httpd.pid"), "1\n");
    let before = s.now();
    s.run_line("docker stop web");
    assert!(s.now().0 - before.0 < 5_000_000_000, "docker stop waits for nothing");
    let ended = "[D] [mpm_event:notice] [pid 1:tid T] AH00492: caught SIGWINCH, shutting down gracefully\n";
    assert_eq!(run(&mut s, "docker logs web"), started + ended);
    assert_eq!(run(&mut s, "docker inspect -f '{{.State.ExitCode}}' web"), "0\n");
    assert_eq!(run(&mut s, "docker diff web"), "");
    s.run_line("docker start web");
    s.run_line("docker kill web");
    assert_eq!(run(&mut s, "docker inspect -f '{{.State.ExitCode}}' web"), "137\n");
    // The file of the killed one names the number that the next one has.
    s.run_line("docker start web; sleep 1; docker kill -s TERM web");
    let last = "[D] [mpm_event:notice] [pid 1:tid T] AH00491: caught SIGTERM, shutting down\n";
    assert_eq!(run(&mut s, "docker logs --tail 1 web"), last);
    assert_eq!(run(&mut s, "docker inspect -f '{{.State.ExitCode}}' web"), "0\n");
}

#[test]
fn httpd_restarts_and_replaces_children() {
    let mut s = with("httpd:2.4");
    s.run_line("docker run -d --name web httpd:2.4");
    s.run_line("docker exec web sh -c 'echo ServerName web >> conf/httpd.conf'");
    assert_eq!(run(&mut s, "docker exec web httpd"), "httpd (pid 1) already running\n");
    assert_eq!(run(&mut s, "docker exec web httpd -k graceful; echo $?"), "0\n");
    s.run_line("docker exec web sh -c 'kill -9 $(ls /proc | grep -E \"^[0-9]+$\" | sed -n 2p)'");
    assert_eq!(titles(&mut s, "web").len(), 4);
    let log = run(&mut s, "docker logs --tail 4 web");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[0], "[D] [mpm_event:notice] [pid 1:tid T] AH00493: SIGUSR1 received.  Doing graceful restart");
    assert!(lines[1].contains("AH00489"), "{log}");
    assert!(lines[3].starts_with("[D] [core:notice] [pid 1:tid T] AH00052: child pid "), "{log}");
    assert!(lines[3].ends_with(" exit signal Killed (9)"), "{log}");
}

#[test]
fn httpd_reads_its_configuration() {
    let mut s = with("httpd:2.4");
    let file = "/usr/local/apache2/conf/httpd.conf";
    let invalid = "perhaps misspelled or defined by a module not included in the server configuration";
    for (edit, said) in [
        ("s/^Listen.*/Listn 80/", format!("AH00526: Syntax error on line 2 of {file}:\nInvalid command 'Listn', {invalid}\n")),
        ("s/^Listen.*/Listen x/", format!("AH00526: Syntax error on line 2 of {file}:\nPort must be specified\n")),
        ("/mpm_event/d", "AH00534: httpd: Configuration error: No MPM loaded.\n".into()),
        ("/mod_dir/d", format!("AH00526: Syntax error on line 7 of {file}:\nInvalid command 'DirectoryIndex', {invalid}\n")),
        ("s/^User.*/User nosuch/", "AH00543: httpd: bad user name nosuch\n".into()),
        ("$a <Directory />", format!("httpd: Syntax error on line 11 of {file}: {file}:11: <Directory> was not closed.\n")),
        ("$a <IfModule x>\\nhola\\n</IfModule>\\nServerName a b", format!(
            "AH00526: Syntax error on line 14 of {file}:\nServerName takes one argument, The hostname and port of the server\n"
        )),
        ("/^Listen/d", format!(
            "AH00558: httpd: {UNNAMED}no listening sockets available, shutting down\nAH00015: Unable to open logs\n"
        )),
        ("s,^ErrorLog.*,ErrorLog /no/x,", format!(
            "AH00558: httpd: {UNNAMED}(2)No such file or directory: AH02291: Cannot access directory '/no/' for main error log\n\
             AH00014: Configuration check failed\n"
        )),
    ] {
        let edit = edit.replace('$', "\\$");
        let line = format!("docker run --rm httpd:2.4 sh -c \"sed -i '{edit}' conf/httpd.conf; httpd-foreground\"; echo $?");
        let (status, output) = (run(&mut s, &line), said + "1\n");
        // Standard error may come after what the shell says.
        let sorted = |text: &str| -> Vec<String> {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&status), sorted(&output), "{edit}");
    }
    let gone = run(&mut s, "docker run --rm httpd:2.4 sh -c 'rm conf/httpd.conf; httpd-foreground'");
    assert_eq!(gone, format!("httpd: Could not open configuration file {file}: No such file or directory\n"));
    assert_eq!(run(&mut s, "docker run --rm httpd:2.4 httpd -t"), format!("AH00558: httpd: {UNNAMED}Syntax OK\n"));
    assert!(
        run(&mut s, "docker run --rm httpd:2.4 httpd -z").starts_with("httpd: illegal option -- z\nUsage: httpd [-D")
    );
    assert!(run(&mut s, "docker run --rm httpd:2.4 httpd -v").starts_with("Server version: Apache/2.4.46 (Unix)\n"));
    let no_network = run(&mut s, "docker run --rm --network none --hostname solo httpd:2.4 httpd -t");
    assert!(no_network.starts_with("AH00557: httpd: apr_sockaddr_info_get() failed for solo\n"), "{no_network}");
    // A port is held by one process.
    let line =
        "docker run --rm httpd:2.4 sh -c 'httpd; sed s,80,80, conf/httpd.conf > b; echo PidFile x >> b; httpd -f b'";
    let taken = run(&mut s, line);
    assert!(
        taken.contains("(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80\n"),
        "{taken}"
    );
}

#[test]
fn a_server_in_the_foreground_ends_with_ctrl_c() {
    for (image, line) in
        [("httpd:2.4", "docker run --name web httpd:2.4"), ("nginx", "docker run -it --name web nginx")]
    {
        let options = Options { images: vec![image.into()], ..Options::default() };
        let mut s = Session::start(options.on_terminal(Size { rows: 24, cols: 80 })).unwrap();
        s.run_line(line);
        assert!(!s.at_host_prompt(), "{image} runs");
        s.run_keys("\u{3}");
        assert!(s.at_host_prompt(), "{image} has ended");
        s.take_output();
        let outcome = s.run_line("docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' web");
        assert!(outcome.stdout.contains("exited 0"), "{}", outcome.stdout);
    }
}

#[test]
fn nginx_runs_as_a_daemon() {
    let mut s = with("nginx");
    s.run_line("docker run -d --name web nginx");
    let master = "root nginx: master process nginx -g daemon off;";
    assert_eq!(titles(&mut s, "web"), [master, "nginx nginx: worker process"]);
    let log = run(&mut s, "docker logs web");
    assert_eq!(log.lines().count(), 6, "below the level of the log: {log}");
    assert!(log.ends_with("/docker-entrypoint.sh: Configuration complete; ready for start up\n"), "{log}");
    let kept =
        "C /var\nC /var/cache\nC /var/cache/nginx\nA /var/cache/nginx/client_temp\nA /var/cache/nginx/fastcgi_temp\n\
                A /var/cache/nginx/proxy_temp\nA /var/cache/nginx/scgi_temp\nA /var/cache/nginx/uwsgi_temp\n";
    let conf = "C /etc\nC /etc/nginx\nC /etc/nginx/conf.d\nC /etc/nginx/conf.d/default.conf\n";
    assert_eq!(run(&mut s, "docker diff web"), format!("{conf}C /run\nA /run/nginx.pid\n{kept}"));
    let taken = run(&mut s, "docker exec web nginx");
    assert!(taken.ends_with("nginx: [emerg] still could not bind()\n"), "{taken}");
    assert_eq!(taken.matches("nginx: [emerg] bind() to [::]:80 failed (98: Address already in use)\n").count(), 5);
    s.run_line(
        "docker exec web sed -i 's/ warn;/ notice;/;s/^worker_proc.*/worker_processes auto;/' /etc/nginx/nginx.conf",
    );
    assert_eq!(
        run(&mut s, "docker exec web nginx -t"),
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n\
         nginx: configuration file /etc/nginx/nginx.conf test is successful\n"
    );
    let reload = run(&mut s, "docker exec web nginx -s reload");
    assert!(reload.starts_with("D [notice] ") && reload.ends_with(": signal process started\n"), "{reload}");
    assert_eq!(titles(&mut s, "web").len(), 5, "a worker a processor");
    s.run_line("docker stop web");
    let log = run(&mut s, "docker logs web");
    assert!(log.contains("D [notice] 1#1: start worker processes\n"), "{log}");
    assert!(log.contains("D [notice] 1#1: signal 15 (SIGTERM) received, exiting\n"), "{log}");
    assert!(log.ends_with(" exited with code 0\nD [notice] 1#1: exit\n"), "{log}");
    assert_eq!(run(&mut s, "docker inspect -f '{{.State.ExitCode}}' web"), "0\n");
    s.run_line("docker start web; sleep 1; docker kill -s QUIT web");
    let log = run(&mut s, "docker logs web");
    assert!(log.contains("1#1: signal 3 (SIGQUIT) received, shutting down\n"), "{log}");
    assert!(log.contains(": gracefully shutting down\n"), "{log}");
}

#[test]
fn nginx_reads_its_configuration() {
    let mut s = with("nginx");
    let at = |line: usize| format!(" in /etc/nginx/nginx.conf:{line}");
    for (edit, said) in [
        ("s/^user.*/user nosuch;/", format!("getpwnam(\"nosuch\") failed{}", at(1))),
        ("s/^user.*/usr x;/", format!("unknown directive \"usr\"{}", at(1))),
        ("s/^user.*/user;/", format!("invalid number of arguments in \"user\" directive{}", at(1))),
        ("s/^user.*;/user nginx/", format!("invalid number of arguments in \"user\" directive{}", at(2))),
        ("s/^}.*//", format!("\"http\" directive is not allowed here{}", at(11))),
        ("/^events/,/^}/d", "no \"events\" section in configuration".into()),
        ("$a }", format!("unexpected \"}}\"{}", at(16))),
        ("$a user root;", format!("\"user\" directive is duplicate{}", at(16))),
        ("$a hola", format!("unexpected end of file, expecting \";\" or \"}}\"{}", at(17))),
        ("$a events;", format!("directive \"events\" has no opening \"{{\"{}", at(16))),
        ("s,^error_log.*,error_log /no/x;,", "open() \"/no/x\" failed (2: No such file or directory)".into()),
    ] {
        let edit = edit.replace('$', "\\$");
        let line =
            format!("docker run --rm --entrypoint sh nginx -c \"sed -i '{edit}' /etc/nginx/nginx.conf; nginx -t\"");
        let output = run(&mut s, &line);
        let wanted = format!(
            "[emerg] 3#3: {said}\nnginx: [emerg] {said}\nnginx: configuration file /etc/nginx/nginx.conf test failed\n"
        );
        assert!(output.ends_with(&wanted), "{edit}: {output}");
    }
    let gone = run(&mut s, "docker run --rm --entrypoint nginx nginx -c /nope");
    assert!(gone.ends_with("nginx: [emerg] open() \"/nope\" failed (2: No such file or directory)\n"), "{gone}");
    assert_eq!(run(&mut s, "docker run --rm nginx nginx -v 2>&1 >/dev/null"), "nginx version: nginx/1.19.4\n");
    assert!(run(&mut s, "docker run --rm nginx nginx -z").ends_with("nginx: invalid option: \"z\"\n"));
    assert!(run(&mut s, "docker run --rm nginx nginx -g x").ends_with("expecting \";\" in command line\n"));
}

#[test]
fn a_log_that_is_a_link_leads_to_the_processs_own_output() {
    let mut s = with("nginx");
    let line = "docker run --rm --entrypoint sh nginx -c 'echo hola > /var/log/nginx/access.log'";
    assert_eq!(run(&mut s, line), "hola\n");
}

#[test]
fn debians_apache_runs_php_images() {
    let mut s = with("php:7.4-apache");
    s.run_line("docker run -d --name web php:7.4-apache");
    let started = format!(
        "AH00558: apache2: {UNNAMED}AH00558: apache2: {UNNAMED}[D] [mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.38 \
         (Debian) PHP/7.4.12 configured -- resuming normal operations\n[D] [core:notice] [pid 1] AH00094: Command line: \
         'apache2 -D FOREGROUND'\n"
    );
    assert_eq!(run(&mut s, "docker logs web"), started);
    assert_eq!(run(&mut s, "docker diff web"), "C /run\nC /run/apache2\nA /run/apache2/apache2.pid\n");
    assert_eq!(titles(&mut s, "web").len(), 6);
    assert!(
        run(&mut s, "docker exec web apache2 -t").contains("AH00111: Config variable ${APACHE_RUN_DIR} is not defined")
    );
    assert_eq!(run(&mut s, "docker exec web apachectl configtest"), format!("AH00558: apache2: {UNNAMED}Syntax OK\n"));
    assert_eq!(
        run(&mut s, "docker exec web a2enmod rewrite"),
        "Enabling module rewrite.\nTo activate the new configuration, you need to run:\n  service apache2 restart\n"
    );
    assert!(run(&mut s, "docker exec web apachectl -M").contains(" rewrite_module (shared)\n"));
    assert!(run(&mut s, "docker exec web php -v").starts_with("PHP 7.4.12 (cli) (built: "));
    s.run_line("docker stop web");
    assert!(run(&mut s, "docker logs --tail 1 web").ends_with("AH00170: caught SIGWINCH, shutting down gracefully\n"));
}
