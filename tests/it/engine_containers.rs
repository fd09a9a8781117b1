//! The life of containers in the simulated engine, asked through the trait.

use crate::engine_bench::{request, Bench};
use capas::engine::api::*;
use capas::engine::snapshot::ContainerState;

#[test]
fn run_gives_output_exit_code_and_a_container() {
    let b = Bench::new();
    let (out, err, code) = b.run("c1", "tiny", &["echo", "hola", "que tal"]);
    assert_eq!((out.as_str(), err.as_str(), code), ("hola que tal\n", "", 0));
    let c = b.inspect("c1");
    assert_eq!((c.state.status, c.state.exit_code, c.state.running), ("exited", 0, false));
    assert_eq!((c.name.as_str(), c.path.as_str()), ("/c1", "echo"));
    assert!(c.state.started_at > c.created && c.state.finished_at > c.state.started_at);
    assert_eq!((c.size_rw, c.config.hostname.as_str()), (Some(0), &c.id[..12]));
    assert_eq!(b.run("", "tiny", &["false"]).2, 1);
    let (out, err, _) = b.run("", "tiny", &["out"]);
    assert_eq!((out.as_str(), err.as_str()), ("out1\nout2\nout3\nno end", "err1\nerr2\nerr3\n"));
}

#[test]
fn names_are_checked_and_made_up() {
    let b = Bench::new();
    let id = b.create("c1", "tiny", &[]);
    assert_eq!(
        b.create_with(request("c1", "tiny", &[])).unwrap_err(),
        format!(
            "Conflict. The container name \"/c1\" is already in use by container \"{id}\". You have to remove (or rename) \
             that container to be able to reuse that name."
        )
    );
    assert_eq!(
        b.create_with(request("n", "tiny", &[])).unwrap_err(),
        "Invalid container name (n), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
    );
    assert_eq!(b.create_with(request("x1", "nosuch", &[])).unwrap_err(), "No such image: nosuch:latest");
    let other = b.create("", "tiny", &[]);
    let name = b.inspect(&other).name;
    assert!(name.starts_with('/') && name.contains('_'), "{name}");
    assert_eq!(b.inspect(&other[..12]).id, other);
}

#[test]
fn what_cannot_be_started_stays_created() {
    let b = Bench::new();
    for (program, problem, code) in [
        ("nosuchcmd", "exec: \"nosuchcmd\": executable file not found in $PATH", 127),
        ("/nosuch", "exec: \"/nosuch\": stat /nosuch: no such file or directory", 127),
        ("/etc", "exec: \"/etc\": permission denied", 126),
        ("/etc/passwd", "exec: \"/etc/passwd\": permission denied", 126),
    ] {
        let sentence = format!(
            "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container \
             process: {problem}: unknown"
        );
        let (out, err, status) = b.run("bad", "tiny", &[program]);
        assert_eq!((out.as_str(), err.as_str(), status), ("", sentence.as_str(), code));
        let c = b.inspect("bad");
        assert_eq!((c.state.status, i64::from(c.state.exit_code), c.state.error), ("created", code, sentence));
        b.remove("bad", false).unwrap();
    }
    let mut wish = request("bad", "tiny", &["true"]);
    wish.config.user = "nouser".into();
    let (_, err, code) = b.run_with(wish);
    assert_eq!((err.as_str(), code), ("unable to find user nouser: no matching entries in passwd file", 128));
}

#[test]
fn scripts_and_texts_are_run_as_the_kernel_runs_them() {
    let b = Bench::new();
    assert_eq!(b.run("", "tiny", &["script", "x"]), ("de /bin/script x\n".into(), String::new(), 0));
    assert_eq!(b.run("", "tiny", &["/bin/text"]), (String::new(), "exec /bin/text: exec format error\n".into(), 1));
    assert_eq!(
        b.run("", "tiny", &["orphan"]),
        (String::new(), "exec /bin/orphan: no such file or directory\n".into(), 1)
    );
}

#[test]
fn environment_user_and_working_directory() {
    let b = Bench::new();
    let mut wish = request("e1", "tiny", &["env"]);
    wish.config.env = Some(vec!["A=1".into()]);
    wish.config.user = "ana:staff".into();
    wish.config.working_dir = "/new/dir".into();
    wish.config.hostname = "h1".into();
    let (out, _, _) = b.run_with(wish);
    assert_eq!(out, "PATH=/usr/local/bin:/bin\nHOSTNAME=h1\nA=1\nHOME=/home/ana\ncwd=/new/dir\nuid=1000 gid=50\n");
    let changes = b.ask(async |e| e.container_changes("e1").await.unwrap());
    let paths: Vec<_> = changes.iter().map(|c| (c.kind, c.path.as_str())).collect();
    assert_eq!(paths, [(1, "/new"), (1, "/new/dir")]);
    let mut wish = request("", "tiny", &["env"]);
    wish.config.working_dir = "rel".into();
    let refused = b.create_with(wish).unwrap_err();
    assert_eq!(refused, "the working directory 'rel' is invalid, it needs to be an absolute path");
}

#[test]
fn the_hosts_files_are_seen_but_neither_counted_nor_shown() {
    let b = Bench::new();
    let (out, _, _) = b.run("c1", "tiny", &["cat", "/etc/hosts"]);
    let id = b.inspect("c1").id;
    assert!(
        out.starts_with("127.0.0.1\tlocalhost\n") && out.ends_with(&format!("172.17.0.2\t{}\n", &id[..12])),
        "{out}"
    );
    assert_eq!(b.run("", "tiny", &["cat", "/etc/hostname"]).0.len(), 13);
    assert_eq!(b.ask(async |e| e.container_changes("c1").await.unwrap()), []);
}

#[test]
fn thin_layers_are_counted_and_diffed() {
    let b = Bench::new();
    b.run("c1", "tiny", &["touch", "/file", "/etc/issue"]);
    b.run("c2", "tiny", &["rm", "/etc/issue"]);
    let kinds = |name: &'static str| {
        let changes = b.ask(async move |e| e.container_changes(name).await.unwrap());
        changes.into_iter().map(|c| (c.kind, c.path)).collect::<Vec<_>>()
    };
    assert_eq!(kinds("c1"), [(0, "/etc".into()), (0, "/etc/issue".into()), (1, "/file".into())]);
    assert_eq!(kinds("c2"), [(0, "/etc".into()), (2, "/etc/issue".into())]);
    let snapshot = b.engine.snapshot_now();
    let c1 = snapshot.container("c1").unwrap();
    assert_eq!((c1.size_rw, c1.size_root_fs), (10, 10 + snapshot.image(&c1.image).unwrap().size));
    let issue = c1.changes.iter().find(|c| &*c.path == "/etc/issue").unwrap();
    assert_eq!(issue.lower.as_ref(), c1.layers.first());
}

#[test]
fn an_interactive_shell_is_typed_to_and_left() {
    let b = Bench::new();
    let mut wish = request("c1", "tiny", &["sh"]);
    (wish.config.tty, wish.config.open_stdin, wish.config.stdin_once) = (true, true, true);
    b.create_with(wish).unwrap();
    let (screen, detached) = b.ask(async |e| {
        let options =
            AttachOptions { stdin: true, stdout: true, stderr: true, stream: true, ..AttachOptions::default() };
        let mut attached = e.container_attach("c1", options).await.unwrap();
        // Typed before the start: it waits.
        attached.stdin.write(b"uno\r").await.unwrap();
        e.container_start("c1", None).await.unwrap();
        attached.stdin.write(b"write /x\r").await.unwrap();
        let mut screen = String::new();
        while screen.matches("# ").count() < 3 {
            let frame = attached.output.next().await.unwrap();
            screen.push_str(std::str::from_utf8(&frame.bytes).unwrap());
        }
        attached.stdin.write(b"\x10").await.unwrap();
        attached.stdin.write(b"\x11").await.unwrap();
        assert_eq!(attached.output.collect().await, []);
        (screen, attached.detached.get())
    });
    assert!(screen.contains("uno\r\n") && screen.contains("got uno\r\n"), "{screen:?}");
    assert!(detached);
    assert_eq!(b.inspect("c1").state.status, "running");
    assert_eq!(b.engine.snapshot_now().container("c1").unwrap().size_rw, 5);
    let code = b.ask(async |e| {
        let options = AttachOptions { stdin: true, stdout: true, stream: true, ..AttachOptions::default() };
        let mut attached = e.container_attach("c1", options).await.unwrap();
        let ended = e.container_wait("c1", WaitCondition::NotRunning).await.unwrap();
        attached.stdin.write(b"exit 130\r").await.unwrap();
        attached.output.collect().await;
        ended.await.unwrap().status_code
    });
    assert_eq!((code, b.inspect("c1").state.exit_code), (130, 130));
}

#[test]
fn input_from_a_pipe_ends_with_the_client() {
    let b = Bench::new();
    let mut wish = request("c1", "tiny", &["cat"]);
    (wish.config.open_stdin, wish.config.stdin_once) = (true, true);
    b.create_with(wish).unwrap();
    let out = b.ask(async |e| {
        let options =
            AttachOptions { stdin: true, stdout: true, stderr: true, stream: true, ..AttachOptions::default() };
        let mut attached = e.container_attach("c1", options).await.unwrap();
        e.container_start("c1", None).await.unwrap();
        attached.stdin.write(b"por la tuberia\n").await.unwrap();
        attached.stdin.close();
        attached.output.collect().await
    });
    assert_eq!(out, [Frame { kind: StreamKind::Stdout, bytes: b"por la tuberia\n".to_vec() }]);
}

#[test]
fn stop_waits_for_ten_seconds_unless_the_signal_is_heard() {
    let b = Bench::new();
    b.create("s1", "tiny", &["sleep", "900"]);
    b.start("s1").unwrap();
    let before = b.kernel.now();
    b.ask(async |e| e.container_stop("s1", None).await.unwrap());
    let took = b.kernel.now().0 - before.0;
    assert!((10_000_000_000..11_000_000_000).contains(&took), "{took}");
    assert_eq!(b.inspect("s1").state.exit_code, 137);
    assert_eq!(b.ask(async |e| e.container_stop("s1", None).await), Err(EngineError::NotModified));
    b.create("t1", "tiny", &["trap"]);
    b.start("t1").unwrap();
    assert_eq!(b.ask(async |e| e.container_start("t1", None).await), Err(EngineError::NotModified));
    let before = b.kernel.now();
    b.ask(async |e| e.container_stop("t1", None).await.unwrap());
    assert!(b.kernel.now().0 - before.0 < 1_000_000_000);
    assert_eq!(b.inspect("t1").state.exit_code, 42);
}

#[test]
fn kill_pause_and_their_refusals() {
    let b = Bench::new();
    let id = b.create("c2", "tiny", &["sleep", "900"]);
    let say = |r: Result<(), EngineError>| r.unwrap_err().to_string();
    let kill = |name: &'static str, signal: &'static str| b.ask(async move |e| e.container_kill(name, signal).await);
    let pause = || b.ask(async |e| e.container_pause("c2").await);
    let unpause = || b.ask(async |e| e.container_unpause("c2").await);
    assert_eq!(say(kill("c2", "")), format!("Cannot kill container: c2: Container {id} is not running"));
    assert_eq!(say(kill("nosuch", "KILL")), "Cannot kill container: nosuch: No such container: nosuch");
    assert_eq!(say(kill("c2", "FOO")), "Invalid signal: FOO");
    assert_eq!(say(pause()), format!("Container {id} is not running"));
    b.start("c2").unwrap();
    assert_eq!(say(unpause()), format!("Container {id} is not paused"));
    pause().unwrap();
    assert_eq!(say(pause()), format!("Container {id} is already paused"));
    assert_eq!(b.engine.snapshot_now().container("c2").unwrap().state, ContainerState::Paused);
    let exec =
        b.ask(async |e| e.exec_create("c2", ExecConfig { cmd: vec!["true".into()], ..ExecConfig::default() }).await);
    assert_eq!(exec.unwrap_err().to_string(), "Container c2 is paused, unpause the container before exec");
    assert_eq!(
        b.remove("c2", false).unwrap_err(),
        format!(
            "You cannot remove a paused container {id}. Unpause and then stop the container before attempting removal or \
             force remove"
        )
    );
    unpause().unwrap();
    kill("c2", "KILL").unwrap();
    assert_eq!(b.inspect("c2").state.exit_code, 137);
    b.start("c2").unwrap();
    assert_eq!(
        b.remove("c2", false).unwrap_err(),
        format!(
            "You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
        )
    );
    b.remove("c2", true).unwrap();
    assert_eq!(b.remove("c2", false).unwrap_err(), "No such container: c2");
}

#[test]
fn a_container_is_removed_by_itself_and_waited_for() {
    let b = Bench::new();
    let mut wish = request("c1", "tiny", &["sh"]);
    wish.host_config.auto_remove = true;
    let (_, _, code) = b.run_with(wish);
    assert_eq!(code, 0);
    assert!(b.engine.snapshot_now().containers.is_empty());
    let (_, _, code) = b.run("w1", "tiny", &["false"]);
    assert_eq!(code, 1);
    let again = b.ask(async |e| e.container_wait("w1", WaitCondition::NotRunning).await.unwrap().await.unwrap());
    assert_eq!(again.status_code, 1);
}

#[test]
fn restart_policies_bring_it_back() {
    let b = Bench::new();
    let mut wish = request("r1", "tiny", &["false"]);
    wish.host_config.restart_policy = RestartPolicy { name: "on-failure".into(), maximum_retry_count: 3 };
    b.create_with(wish).unwrap();
    b.start("r1").unwrap();
    // The first run is over before time passes.
    assert_eq!(b.inspect("r1").state.status, "restarting");
    for _ in 0..3 {
        b.ask(async |e| e.container_wait("r1", WaitCondition::NextExit).await.unwrap().await.unwrap());
    }
    let c = b.inspect("r1");
    assert_eq!((c.state.status, c.restart_count, c.state.exit_code), ("exited", 3, 1));
    let mut wish = request("", "tiny", &["false"]);
    wish.host_config.restart_policy.name = "sometimes".into();
    assert_eq!(b.create_with(wish).unwrap_err(), "invalid restart policy 'sometimes'");
}

#[test]
fn renaming_and_its_refusals() {
    let b = Bench::new();
    b.create("uno", "tiny", &[]);
    let dos = b.create("dos", "tiny", &[]);
    let rename = |from: &'static str, to: &'static str| {
        b.ask(async move |e| e.container_rename(from, to).await).map_err(|e| e.to_string())
    };
    assert_eq!(rename("uno", "uno").unwrap_err(), "Renaming a container with the same name as its current name");
    assert_eq!(
        rename("uno", "dos").unwrap_err(),
        format!(
            "Error when allocating new name: Conflict. The container name \"/dos\" is already in use by container \
             \"{dos}\". You have to remove (or rename) that container to be able to reuse that name."
        )
    );
    assert_eq!(
        rename("uno", "mal nombre").unwrap_err(),
        "Error when allocating new name: Invalid container name (/mal nombre), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
    );
    assert_eq!(rename("uno", "").unwrap_err(), "Neither old nor new names may be empty");
    assert_eq!(rename("nosuch", "x2").unwrap_err(), "No such container: nosuch");
    rename("uno", "tres").unwrap();
    assert_eq!(b.inspect("tres").name, "/tres");
}

#[test]
fn exec_runs_beside_and_tells_its_failures() {
    let b = Bench::new();
    let id = b.create("c2", "tiny", &["sleep", "900"]);
    let exec = |user: &str, dir: &str, cmd: &[&str]| {
        let config = ExecConfig {
            user: user.into(),
            working_dir: dir.into(),
            attach_stdout: true,
            attach_stderr: true,
            cmd: cmd.iter().map(|s| s.to_string()).collect(),
            ..ExecConfig::default()
        };
        b.ask(async move |e| {
            let id = e.exec_create("c2", config).await.map_err(|e| e.to_string())?;
            let attached = e.exec_start(&id, false, false).await.unwrap().unwrap();
            let bytes: Vec<u8> = attached.output.collect().await.into_iter().flat_map(|f| f.bytes).collect();
            let second = e.exec_start(&id, false, false).await.unwrap_err();
            assert_eq!(second.to_string(), format!("Error: Exec command {id} has already run"));
            let code = e.exec_inspect(&id).await.unwrap().exit_code.unwrap();
            Ok::<_, String>((String::from_utf8(bytes).unwrap(), code))
        })
    };
    assert_eq!(exec("", "", &["true"]), Err(format!("Container {id} is not running")));
    b.start("c2").unwrap();
    assert_eq!(exec("", "", &["echo", "hola"]), Ok(("hola\n".into(), 0)));
    assert_eq!(exec("", "", &["false"]), Ok((String::new(), 1)));
    let failed = "OCI runtime exec failed: exec failed: unable to start container process: ";
    assert_eq!(
        exec("", "", &["nosuchcmd"]),
        Ok((format!("{failed}exec: \"nosuchcmd\": executable file not found in $PATH: unknown\r\n"), 126))
    );
    assert_eq!(
        exec("", "", &["/etc/passwd"]),
        Ok((format!("{failed}exec: \"/etc/passwd\": permission denied: unknown\r\n"), 126))
    );
    assert_eq!(
        exec("", "/nodir", &["true"]),
        Ok((
            format!(
                "{failed}chdir to cwd (\"/nodir\") set in config.json failed: no such file or directory: unknown\r\n"
            ),
            126
        ))
    );
    assert_eq!(
        exec("nouser", "", &["true"]),
        Ok(("unable to find user nouser: no matching entries in passwd file\r\n".into(), 126))
    );
}

#[test]
fn logs_are_lines_with_their_streams() {
    let b = Bench::new();
    b.run("l1", "tiny", &["out"]);
    let logs = |options: LogsOptions| {
        let frames = b.ask(async move |e| e.container_logs("l1", options).await.unwrap().collect().await);
        frames.into_iter().map(|f| String::from_utf8(f.bytes).unwrap()).collect::<Vec<_>>()
    };
    let all = LogsOptions { stdout: true, stderr: true, ..LogsOptions::default() };
    assert_eq!(logs(all.clone()).len(), 7);
    let out = LogsOptions { stderr: false, ..all.clone() };
    assert_eq!(logs(out.clone()), ["out1\n", "out2\n", "out3\n", "no end"]);
    assert_eq!(logs(LogsOptions { tail: Some(2), ..out.clone() }), ["out3\n", "no end"]);
    assert_eq!(logs(LogsOptions { follow: true, ..out.clone() }).len(), 4);
    assert_eq!(logs(LogsOptions { details: true, tail: Some(1), ..out.clone() }), [" no end"]);
    let stamped = logs(LogsOptions { timestamps: true, ..out });
    assert!(stamped[0].starts_with("2026-11-24T10:00:0") && stamped[0].ends_with("Z out1\n"), "{}", stamped[0]);
    let none = b.ask(async |e| e.container_logs("l1", LogsOptions::default()).await);
    assert_eq!(none.unwrap_err().to_string(), "Bad parameters: you must choose at least one stream");
}

#[test]
fn listings_and_their_filters() {
    let b = Bench::new();
    b.run("c1", "tiny", &["echo", "a b"]);
    b.create("c2", "app", &[]);
    b.start("c2").unwrap();
    b.create("c3", "tiny", &["sh"]);
    let names = |all: bool, key: &'static str, value: &'static str| {
        b.ask(async move |e| {
            let mut filters = Filters::new();
            if !key.is_empty() {
                filters.add(key, value);
            }
            let options = ContainerListOptions { all, filters, ..ContainerListOptions::default() };
            match e.containers(options).await {
                Ok(list) => list.into_iter().map(|c| c.names[0].clone()).collect::<Vec<_>>().join(" "),
                Err(e) => e.to_string(),
            }
        })
    };
    assert_eq!(names(false, "", ""), "/c2");
    assert_eq!(names(true, "", ""), "/c3 /c2 /c1");
    assert_eq!(names(false, "status", "exited"), "/c1");
    assert_eq!(names(false, "exited", "0"), "/c1");
    assert_eq!(names(true, "ancestor", "tiny"), "/c3 /c1");
    assert_eq!(names(true, "name", "c"), "/c3 /c2 /c1");
    assert_eq!(names(true, "name", "^c1$"), "/c1");
    assert_eq!(names(true, "before", "c2"), "/c1");
    assert_eq!(names(true, "bogus", "x"), "Invalid filter 'bogus'");
    let list = b.ask(async |e| {
        e.containers(ContainerListOptions { all: true, size: true, ..ContainerListOptions::default() }).await.unwrap()
    });
    let c1 = &list[2];
    assert_eq!((c1.command.as_str(), c1.image.as_str()), ("echo 'a b'", "tiny"));
    assert_eq!(c1.status, "Exited (0) Less than a second ago");
    assert_eq!((list[1].command.as_str(), list[1].status.as_str()), ("sleep 100", "Up Less than a second"));
    assert_eq!(list[0].size_rw, Some(0));
}

#[test]
fn top_stats_and_processes() {
    let b = Bench::new();
    let id = b.create("c2", "tiny", &["sleep", "900"]);
    let top = |args: &'static str| b.ask(async move |e| e.container_top("c2", args).await);
    assert_eq!(top("").unwrap_err().to_string(), format!("Container {id} is not running"));
    b.start("c2").unwrap();
    let table = top("").unwrap();
    assert_eq!(table.titles, ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]);
    assert_eq!((table.processes[0][0].as_str(), table.processes[0][7].as_str()), ("root", "sleep 900"));
    let table = top("-o pid,cmd").unwrap();
    assert_eq!((table.titles.len(), table.processes[0][1].as_str()), (2, "sleep 900"));
    assert_eq!(top("-o cmd").unwrap_err().to_string(), "Couldn't find PID field in ps output");
    let stats = b.ask(async |e| e.container_stats("c2", false, false).await.unwrap().collect().await);
    assert_eq!((stats.len(), stats[0].pids_stats.current), (1, Some(1)));
    assert!(stats[0].cpu_stats.system_cpu_usage > stats[0].precpu_stats.system_cpu_usage);
}

#[test]
fn ports_are_published_and_taken() {
    let b = Bench::new();
    let publish = |name: &str| {
        let mut wish = request(name, "tiny", &["sleep", "900"]);
        let binding = PortBinding { host_ip: String::new(), host_port: "8081".into() };
        wish.host_config.port_bindings.insert("80/tcp".into(), vec![binding]);
        wish.config.exposed_ports = Some([("80/tcp".to_owned(), Empty {})].into());
        wish
    };
    b.create_with(publish("p1")).unwrap();
    b.start("p1").unwrap();
    let c = b.inspect("p1");
    assert_eq!(c.network_settings.ip_address, "172.17.0.2");
    assert_eq!(c.network_settings.ports.get("80/tcp").unwrap().as_ref().unwrap()[0].host_port, "8081");
    b.create_with(publish("p2")).unwrap();
    let refused = b.start("p2").unwrap_err();
    assert!(refused.starts_with("driver failed programming external connectivity on endpoint p2 ("), "{refused}");
    assert!(refused.ends_with("): Bind for 0.0.0.0:8081 failed: port is already allocated"), "{refused}");
    assert_eq!(b.inspect("p2").state.status, "created");
    b.remove("p1", true).unwrap();
    b.start("p2").unwrap();
}

#[test]
fn events_tell_the_story() {
    let b = Bench::new();
    b.kernel.advance(1_000_000_000);
    let since = b.kernel.now();
    b.run("ev", "tiny", &["true"]);
    b.remove("ev", false).unwrap();
    let until = b.kernel.now();
    let options = EventsOptions { since: Some(since), until: Some(until), ..EventsOptions::default() };
    let events = b.ask(async move |e| e.events(options).await.unwrap().collect().await);
    let told: Vec<_> = events.iter().map(|e| format!("{} {}", e.kind, e.action)).collect();
    assert_eq!(
        told,
        [
            "container create",
            "container attach",
            "network connect",
            "container start",
            "container die",
            "network disconnect",
            "container destroy"
        ]
    );
    assert_eq!(events[4].actor.attributes.get("exitCode").unwrap(), "0");
}

#[test]
fn the_same_seed_gives_the_same_engine() {
    let story = || {
        let b = Bench::new();
        b.run("", "tiny", &["out"]);
        b.create("", "app", &[]);
        serde_json::to_string(&b.engine.snapshot_now()).unwrap()
    };
    assert_eq!(story(), story());
}

#[test]
fn a_snapshot_shares_what_did_not_change() {
    let b = Bench::new();
    b.create("c1", "tiny", &["touch", "/x"]);
    b.create("c2", "tiny", &[]);
    let before = b.engine.snapshot_now();
    b.start("c1").unwrap();
    b.settle();
    let after = b.engine.snapshot_now();
    let same = |name: &str| std::sync::Arc::ptr_eq(before.container(name).unwrap(), after.container(name).unwrap());
    assert!(same("c2") && !same("c1"));
    assert_eq!(after.container("c1").unwrap().size_rw, 5);
    assert!(std::sync::Arc::ptr_eq(&before.images[0], &after.images[0]));
}

#[test]
fn volumes_are_mounted_kept_and_shown() {
    let b = Bench::new();
    let wish = |name: &str, cmd: &[&str]| {
        let mut wish = request(name, "tiny", cmd);
        wish.host_config.binds = Some(vec!["vol1:/vol".into(), "vol1:/ro:ro".into()]);
        wish.config.volumes = Some([("/etc".to_owned(), Empty {})].into());
        wish
    };
    b.create_with(wish("w1", &["touch", "/vol/x", "/etc/new"])).unwrap();
    b.start("w1").unwrap();
    b.settle();
    let c = b.inspect("w1");
    let changes = b.ask(async |e| e.container_changes("w1").await.unwrap());
    assert_eq!((c.state.exit_code, c.size_rw), (0, Some(0)), "{changes:?}");
    let mounts: Vec<_> =
        c.mounts.iter().map(|m| (m.destination.as_str(), m.r#type.as_str(), m.mode.as_str(), m.rw)).collect();
    assert_eq!(mounts, [("/etc", "volume", "", true), ("/ro", "volume", "ro", false), ("/vol", "volume", "z", true)]);
    assert_eq!(c.mounts[2].source, "/var/lib/docker/volumes/vol1/_data");
    let changes = b.ask(async |e| e.container_changes("w1").await.unwrap());
    assert_eq!(changes.iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["/ro", "/vol"]);
    // The named one is shared; what the image has is in the new one.
    assert_eq!(b.run_with(wish("w2", &["cat", "/ro/x"])).0, "hola\n");
    assert_eq!(b.run_with(wish("w3", &["cat", "/etc/issue"])).0, "Tiny\n");
    assert_eq!(b.run_with(wish("w4", &["cat", "/etc/new"])).2, 1);
    let bad = |bind: &str| {
        let mut wish = request("", "tiny", &["true"]);
        wish.host_config.binds = Some(vec![bind.into()]);
        b.create_with(wish).unwrap_err()
    };
    assert_eq!(bad("a"), "invalid volume specification: 'a'");
    assert_eq!(bad("vol1:/x:zz"), "invalid mode: zz");
    assert!(bad("mal nombre:/x").starts_with("create mal nombre: \"mal nombre\" includes invalid characters"));
}

#[test]
fn a_directory_of_the_host_is_bound() {
    use capas::layerfs::{Blob, FsType, Mount, Vfs, Who};
    let b = Bench::new();
    let mut host = Vfs::new(Mount::plain(FsType::Ext4));
    let who = Who::root(b.kernel.now());
    host.mkdir(&who, "/home", 0o755).unwrap();
    host.put_blob(&who, "/home/nota", Blob::from("del host\n"), 0o644).unwrap();
    b.engine.share_host(host.root());
    let mut wish = request("h1", "tiny", &["cat", "/datos/nota"]);
    wish.host_config.binds = Some(vec!["/home:/datos".into(), "/home/nota:/nota".into()]);
    assert_eq!(b.run_with(wish.clone()).0, "del host\n");
    wish.name = None;
    wish.config.cmd = Some(vec!["touch".into(), "/datos/nueva".into(), "/nota".into()]);
    assert_eq!(b.run_with(wish).2, 0);
    assert_eq!(host.blob(&who, "/home/nueva").unwrap().to_vec(), b"hola\n");
    assert_eq!(host.blob(&who, "/home/nota").unwrap().to_vec(), b"hola\n");
}

#[test]
fn init_hands_signals_on() {
    let b = Bench::new();
    let mut wish = request("s2", "tiny", &["sleep", "900"]);
    wish.host_config.init = Some(true);
    b.create_with(wish).unwrap();
    b.start("s2").unwrap();
    let top = b.ask(async |e| e.container_top("s2", "-o pid,cmd").await.unwrap());
    let commands: Vec<&str> = top.processes.iter().map(|p| p[1].as_str()).collect();
    assert_eq!(commands, ["/sbin/docker-init -- sleep 900", "sleep 900"]);
    let before = b.kernel.now();
    b.ask(async |e| e.container_stop("s2", None).await.unwrap());
    assert!(b.kernel.now().0 - before.0 < 1_000_000_000);
    assert_eq!(b.inspect("s2").state.exit_code, 143);
}

#[test]
fn a_root_may_be_read_only_and_a_network_none() {
    let b = Bench::new();
    let mut wish = request("r1", "tiny", &["true"]);
    wish.host_config.network_mode = "none".into();
    wish.host_config.readonly_rootfs = true;
    b.create_with(wish).unwrap();
    b.start("r1").unwrap();
    let c = b.inspect("r1");
    assert_eq!(c.network_settings.ip_address, "");
    assert!(c.network_settings.networks.contains_key("none"));
    let put = b.ask(async |e| {
        e.container_archive_put("r1", "/tmp", Stream::of([vec![0; 1024]]), ArchivePutOptions::default()).await
    });
    assert_eq!(put.unwrap_err().to_string(), "container rootfs is marked read-only");
}
