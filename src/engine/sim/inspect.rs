//! What the engine tells of containers: listings, inspect, `top`, `stats`. It must not change anything.

use super::containers::{Container, Containers, Inner};
use super::filters::{labels_pass, path_match};
use super::images::{diff_dir, graph_driver, ROOT_DIR};
use super::merge;
use super::network::listed_ports;
use super::status::{state_word, status_text};
use super::volumes::ContainerMount;
use super::{SimEngine, State};
use crate::ambient::Time;
use crate::engine::api::{
    ContainerInspect, ContainerListOptions, ContainerSummary, EngineError, Filters, GraphDriverData, HostConfigSummary,
    NetworkSettingsSummary, TopTable,
};
use crate::engine::snapshot::ContainerState;
use crate::kernel::{users, ProcessInfo};
use crate::layerfs::Who;
use crate::sorted::VecMap;
use std::rc::Rc;
use std::sync::Arc;

/// Process numbers of the host are those in the container and this much, more for each container.
const FIRST_HOST_PID: u32 = 2000;

/// A listing's filters, with the containers that `before` and `since` name already found.
struct Wanted<'a> {
    filters: &'a Filters,
    before: Option<u64>,
    since: Option<u64>,
    ancestors: Vec<String>,
}

impl State {
    /// `docker ps`.
    pub(super) fn list_containers(
        &self,
        now: Time,
        options: &ContainerListOptions,
    ) -> Result<Vec<ContainerSummary>, EngineError> {
        let wanted = self.wanted(&options.filters)?;
        // A filter on the state, or a limit, lists stopped ones too.
        let all = options.all
            || options.limit > 0
            || options.filters.contains("status")
            || options.filters.contains("exited");
        let limit = if options.limit > 0 { options.limit } else { usize::MAX };
        // What a name stands for is looked up once for all containers of that name.
        let mut known: VecMap<&str, Option<Arc<str>>> = VecMap::new();
        let listed: Vec<&Rc<Container>> = self
            .containers
            .newest_first()
            .filter(|c| all || c.is_running())
            .filter(|c| wanted.includes(c))
            .take(limit)
            .collect();
        Ok(listed
            .into_iter()
            .map(|c| {
                let name = c.config.image.as_str();
                let id = known.entry(name).or_insert_with(|| self.images.find(name).ok().map(|i| i.id.clone()));
                let shown = if id.as_ref() == Some(&c.image) { name } else { &*c.image };
                self.summary(now, c, shown, options.size)
            })
            .collect())
    }

    fn wanted<'a>(&self, filters: &'a Filters) -> Result<Wanted<'a>, EngineError> {
        const KNOWN: [&str; 15] = [
            "ancestor",
            "before",
            "exited",
            "id",
            "isolation",
            "label",
            "name",
            "status",
            "health",
            "since",
            "volume",
            "network",
            "is-task",
            "publish",
            "expose",
        ];
        if let Some(key) = filters.keys().find(|k| !KNOWN.contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        const STATES: [&str; 7] = ["created", "restarting", "running", "removing", "paused", "exited", "dead"];
        if let Some(bad) = filters.get("status").iter().find(|s| !STATES.contains(&s.as_str())) {
            return Err(EngineError::InvalidFilterValue { filter: "status".into(), value: bad.clone() });
        }
        if let Some(bad) = filters.get("exited").iter().find(|s| s.parse::<i32>().is_err()) {
            return Err(EngineError::InvalidFilterValue { filter: "exited".into(), value: bad.clone() });
        }
        let place = |key: &str| match filters.get(key).first() {
            Some(name) => self.containers.find(name).map(|c| Some(c.seq)),
            None => Ok(None),
        };
        let ancestors = filters
            .get("ancestor")
            .iter()
            .map(|name| self.images.find(name).map_or_else(|_| name.clone(), |i| i.id.to_string()))
            .collect();
        Ok(Wanted { filters, before: place("before")?, since: place("since")?, ancestors })
    }

    pub(super) fn summary(&self, now: Time, container: &Container, image: &str, size: bool) -> ContainerSummary {
        let inner = container.get();
        let config = &container.config;
        let (size_rw, size_root_fs) = match size {
            true => (Some(container.size_rw(&inner)), Some(container.size_root_fs(&inner))),
            false => (None, None),
        };
        ContainerSummary {
            id: container.id.to_string(),
            names: vec![format!("/{}", inner.name)],
            // The reference while it still names that image, else the id.
            image: image.to_owned(),
            image_id: container.image.to_string(),
            command: shown_command(&merge::command(config)),
            created: container.created.secs(),
            ports: listed_ports(config, inner.endpoint.as_ref()),
            size_rw,
            size_root_fs,
            labels: config.labels.clone().unwrap_or_default(),
            state: state_word(inner.state),
            status: status_text(inner.state, inner.exit_code, inner.started, inner.finished, now),
            host_config: HostConfigSummary { network_mode: inner.host_config.network_mode.clone() },
            network_settings: NetworkSettingsSummary {
                networks: self.bridge.endpoints(&inner.host_config, inner.endpoint.as_ref()),
            },
            mounts: container.mounts.iter().map(ContainerMount::shown).collect(),
        }
    }
}

impl Wanted<'_> {
    fn includes(&self, container: &Container) -> bool {
        let inner = container.get();
        let f = self.filters;
        let labels = container.config.labels.as_ref();
        // Without a slash in the pattern the name's own slash does not count.
        let named = |v: &str| {
            let name = format!("/{}", inner.name);
            name_matches(v, &name) || name_matches(v, &inner.name)
        };
        let ended = matches!(inner.state, ContainerState::Exited | ContainerState::Dead | ContainerState::Created);
        self.before.is_none_or(|b| container.seq < b)
            && self.since.is_none_or(|s| container.seq > s)
            && (self.ancestors.is_empty() || self.ancestors.iter().any(|a| **a == *container.image))
            && f.pass("id", |v| container.id.starts_with(v))
            && f.pass("name", named)
            && f.pass("status", |v| v == state_word(inner.state))
            && f.pass("exited", |v| ended && v.parse() == Ok(inner.exit_code) && inner.started != Time::NEVER)
            && f.pass("network", |v| {
                inner.host_config.network_mode == v || v == "bridge" && inner.host_config.network_mode == "default"
            })
            && f.pass("health", |v| v == "none")
            && f.pass("is-task", |v| v == "false")
            && f.pass("volume", |v| container.mounts.iter().any(|m| m.destination == v || m.volume() == Some(v)))
            && labels_pass(f, labels)
    }
}

/// The daemon takes a name filter for a regular expression; the usual ones are a part, `^name$` and patterns.
fn name_matches(pattern: &str, name: &str) -> bool {
    let (start, end) = (pattern.starts_with('^'), pattern.ends_with('$'));
    let body = pattern.trim_start_matches('^').trim_end_matches('$');
    match (start, end) {
        (true, true) => name == body,
        (true, false) => name.starts_with(body),
        (false, true) => name.ends_with(body),
        (false, false) => name.contains(body) || path_match(body, name),
    }
}

/// The command line of a listing: arguments with blanks in quotes.
fn shown_command(argv: &[String]) -> String {
    let mut words = argv.iter();
    let mut out = words.next().cloned().unwrap_or_default();
    let rest: Vec<String> = words.map(|w| if w.contains(' ') { format!("'{w}'") } else { w.clone() }).collect();
    if !rest.is_empty() {
        out.push(' ');
        out.push_str(&rest.join(" "));
    }
    out
}

impl Container {
    /// Bytes of the thin layer.
    pub(super) fn size_rw(&self, inner: &Inner) -> u64 {
        inner.root.borrow().size_rw()
    }

    /// Bytes of thin layer and image.
    pub(super) fn size_root_fs(&self, inner: &Inner) -> u64 {
        self.size_rw(inner) + self.top.as_ref().map_or(0, |t| t.size_all)
    }

    fn graph_driver(&self) -> GraphDriverData {
        let init = format!("{}-init", self.cache_id);
        let lowers: Vec<String> = std::iter::once(diff_dir(&init))
            .chain(self.top.iter().flat_map(|t| t.downwards()).map(|l| diff_dir(&l.cache_id)))
            .collect();
        graph_driver(&self.cache_id, &lowers)
    }
}

impl SimEngine {
    /// `docker container inspect`.
    pub(super) fn inspect_container(&self, container: &Rc<Container>, size: bool) -> ContainerInspect {
        let exec_ids = self.running_execs(container);
        let pid = container.running().map_or(0, |r| self.host_pid(container, r.child.pid()));
        let state = self.state.borrow();
        let inner = container.get();
        let config = &container.config;
        let mut argv = merge::command(config).into_iter();
        let dir = format!("{ROOT_DIR}/containers/{}", container.id);
        let running =
            matches!(inner.state, ContainerState::Running | ContainerState::Paused | ContainerState::Restarting);
        // The files are made at the first start.
        let file = |name: &str| if inner.started == Time::NEVER { String::new() } else { format!("{dir}/{name}") };
        ContainerInspect {
            id: container.id.to_string(),
            created: container.created,
            path: argv.next().unwrap_or_default(),
            args: argv.collect(),
            state: crate::engine::api::State {
                status: state_word(inner.state),
                running,
                paused: inner.state == ContainerState::Paused,
                restarting: inner.state == ContainerState::Restarting,
                oom_killed: false,
                dead: inner.state == ContainerState::Dead,
                pid,
                exit_code: inner.exit_code,
                error: inner.error.clone(),
                started_at: inner.started,
                finished_at: inner.finished,
            },
            image: container.image.to_string(),
            resolv_conf_path: file("resolv.conf"),
            hostname_path: file("hostname"),
            hosts_path: file("hosts"),
            log_path: file(&format!("{}-json.log", container.id)),
            name: format!("/{}", inner.name),
            restart_count: inner.restart_count,
            driver: "overlay2".into(),
            platform: "linux".into(),
            mount_label: String::new(),
            process_label: String::new(),
            app_armor_profile: String::new(),
            exec_ids,
            host_config: inner.host_config.clone(),
            graph_driver: container.graph_driver(),
            size_rw: size.then(|| container.size_rw(&inner)),
            size_root_fs: size.then(|| container.size_root_fs(&inner)),
            mounts: container.mounts.iter().map(ContainerMount::shown).collect(),
            config: config.clone(),
            network_settings: state.bridge.settings(
                config,
                &inner.host_config,
                inner.endpoint.as_ref(),
                inner.sandbox.as_deref(),
            ),
        }
    }

    /// The number by which the host knows a process of a container.
    pub(super) fn host_pid(&self, container: &Container, pid: u32) -> u32 {
        FIRST_HOST_PID + (container.seq % 4096) as u32 * 64 + pid
    }

    /// `docker top`: what `ps` of the host says of the container's processes.
    pub(super) fn top(&self, container: &Container, ps_args: &str) -> Result<TopTable, EngineError> {
        let running = container.expect_running()?;
        let now = self.kernel.now();
        let who = Who::root(now);
        let user = |uid: u32| {
            running.system.with_vfs(|vfs| users::by_uid(vfs, &who, uid)).map_or_else(|| uid.to_string(), |u| u.name)
        };
        let columns = columns(ps_args)?;
        let shim = self.host_pid(container, 0).saturating_sub(20);
        let mut table =
            TopTable { titles: columns.iter().map(|c| c.title().to_owned()).collect(), processes: Vec::new() };
        for process in running.system.processes() {
            let pid = self.host_pid(container, process.pid);
            let ppid = if process.ppid == 0 { shim } else { self.host_pid(container, process.ppid) };
            let row = columns.iter().map(|c| c.value(&process, pid, ppid, now, &user)).collect();
            table.processes.push(row);
        }
        Ok(table)
    }

    /// Bytes of memory that a process is said to use: something near what such programs take.
    pub(super) fn memory_of(process: &ProcessInfo) -> u64 {
        match process.comm.as_str() {
            "bash" => 1_720_000,
            "sh" | "dash" | "ash" | "sleep" | "cat" | "true" => 328_000,
            _ => 560_000,
        }
    }
}

/// A column of `ps`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Uid,
    User,
    Pid,
    Ppid,
    C,
    Stime,
    Tty,
    Time,
    Cmd,
    Comm,
    Stat,
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Column::Uid => "UID",
            Column::User => "USER",
            Column::Pid => "PID",
            Column::Ppid => "PPID",
            Column::C => "C",
            Column::Stime => "STIME",
            Column::Tty => "TTY",
            Column::Time => "TIME",
            Column::Cmd => "CMD",
            Column::Comm => "COMMAND",
            Column::Stat => "STAT",
        }
    }

    fn of(name: &str) -> Option<Column> {
        Some(match name {
            "uid" => Column::Uid,
            "user" | "euser" => Column::User,
            "pid" => Column::Pid,
            "ppid" => Column::Ppid,
            "c" => Column::C,
            "stime" | "start" | "start_time" => Column::Stime,
            "tty" | "tt" | "tname" => Column::Tty,
            "time" | "cputime" => Column::Time,
            "cmd" | "args" | "command" => Column::Cmd,
            "comm" | "ucmd" => Column::Comm,
            "stat" | "state" | "s" => Column::Stat,
            _ => return None,
        })
    }

    fn value(self, p: &ProcessInfo, pid: u32, ppid: u32, now: Time, user: &dyn Fn(u32) -> String) -> String {
        match self {
            Column::Uid | Column::User => user(p.uid),
            Column::Pid => pid.to_string(),
            Column::Ppid => ppid.to_string(),
            Column::C => "0".into(),
            Column::Stime => {
                let (c, today) = (p.start.civil(), now.civil());
                match (c.year, c.year_day) == (today.year, today.year_day) {
                    true => format!("{:02}:{:02}", c.hour, c.minute),
                    false => format!("{}{:02}", month(c.month), c.day),
                }
            }
            // The terminal is one of the container's own /dev/pts, which the host's ps does not know.
            Column::Tty => "?".into(),
            Column::Time => {
                let secs = p.cpu / crate::ambient::SECOND;
                format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
            }
            Column::Cmd if p.argv.is_empty() => format!("[{}] <defunct>", p.comm),
            Column::Cmd => p.argv.join(" "),
            Column::Comm => p.comm.clone(),
            Column::Stat => p.state.to_string(),
        }
    }
}

fn month(number: u8) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.get(usize::from(number).saturating_sub(1)).copied().unwrap_or("Jan")
}

/// The columns that `ps` shows with these options; without its PID column the daemon cannot tell whose a process is.
fn columns(ps_args: &str) -> Result<Vec<Column>, EngineError> {
    const FULL: [Column; 8] =
        [Column::Uid, Column::Pid, Column::Ppid, Column::C, Column::Stime, Column::Tty, Column::Time, Column::Cmd];
    let words: Vec<&str> = ps_args.split_whitespace().collect();
    let lists =
        words.iter().enumerate().filter_map(|(i, w)| match w.strip_prefix("-o").or_else(|| w.strip_prefix('o')) {
            Some("") => words.get(i + 1).copied(),
            Some(list) => Some(list),
            None => None,
        });
    let chosen: Vec<Column> =
        lists.flat_map(|l| l.split(',')).filter_map(|n| Column::of(n.trim_end_matches('='))).collect();
    if chosen.is_empty() {
        let list = match ps_args {
            a if a.starts_with("aux") || a.starts_with("-aux") => {
                vec![Column::User, Column::Pid, Column::Tty, Column::Stat, Column::Stime, Column::Time, Column::Comm]
            }
            "" => FULL.to_vec(),
            a if a.contains('f') => FULL.to_vec(),
            _ => vec![Column::Pid, Column::Tty, Column::Time, Column::Cmd],
        };
        return Ok(list);
    }
    if !chosen.contains(&Column::Pid) {
        return Err(EngineError::NoProcesses);
    }
    Ok(chosen)
}

impl Containers {
    /// How many there are in each state: all, running, paused, stopped.
    pub(super) fn counts(&self) -> (usize, usize, usize, usize) {
        let (mut running, mut paused) = (0, 0);
        for container in self.newest_first() {
            match container.get().state {
                ContainerState::Running | ContainerState::Restarting => running += 1,
                ContainerState::Paused => paused += 1,
                ContainerState::Created | ContainerState::Exited | ContainerState::Dead => {}
            }
        }
        (self.len(), running, paused, self.len() - running - paused)
    }
}
