//! The full-screen programs, with keys typed and the screen looked at.

use super::programs::machine;
use capas::kernel::{Budget, Child, Fds, Kernel, Run, Size, Spawn, System, Tty};
use capas::layerfs::{Blob, Who};
use capas::terminal::screen::Screen;
use std::task::{Context, Waker};

struct Sitting {
    system: System,
    tty: Tty,
    screen: Screen,
    child: Child,
}

impl Sitting {
    fn new(argv: &[&str], files: &[(&str, String)]) -> Sitting {
        let system = machine(false);
        let who = Who::root(system.kernel().now());
        for (path, text) in files {
            system
                .with_vfs(|vfs| vfs.put_blob(&who, path, Blob::from_bytes(text.clone().into_bytes()), 0o644))
                .unwrap();
        }
        let size = Size { rows: 10, cols: 40 };
        let tty = Tty::new(size);
        let mut spawn = Spawn::new(argv.iter().map(ToString::to_string).collect());
        spawn.path = Some(format!("/bin/{}", argv[0]));
        spawn.env = vec![("TERM".into(), "xterm".into()), ("LANG".into(), "C.UTF-8".into())];
        spawn.cwd = "/w".to_string();
        spawn.fds = Fds::on_tty(&tty);
        spawn.tty = Some(tty.clone());
        let child = system.spawn(spawn).unwrap();
        let mut sitting = Sitting { system, tty, screen: Screen::new(size), child };
        sitting.settle();
        sitting
    }

    fn settle(&mut self) {
        let kernel: Kernel = self.system.kernel().clone();
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..100 {
            let run = kernel.run(&mut cx, Budget::default());
            let output = self.tty.take_output(1 << 20);
            self.screen.feed(&output);
            if run != Run::Busy && output.is_empty() {
                break;
            }
        }
    }

    fn keys(&mut self, keys: &str) -> String {
        self.tty.input(keys.as_bytes());
        self.settle();
        self.text()
    }

    fn text(&self) -> String {
        let rows: Vec<String> = self.screen.grid().iter().map(|l| l.text().trim_end().to_string()).collect();
        rows.join("\n")
    }

    fn file(&self, path: &str) -> String {
        let who = Who::root(self.system.kernel().now());
        let blob = self.system.with_vfs(|vfs| vfs.blob(&who, path)).unwrap();
        String::from_utf8(blob.to_vec()).unwrap()
    }
}

fn numbers(count: usize) -> String {
    (1..=count).map(|n| format!("line {n}\n")).collect()
}

#[test]
fn less_pages_searches_and_leaves() {
    let mut less = Sitting::new(&["less", "/w/f"], &[("/w/f", numbers(30))]);
    assert!(less.text().starts_with("line 1\nline 2\n") && less.text().ends_with("line 9\n/w/f"), "{}", less.text());
    assert!(less.screen.is_alternate());
    assert!(less.keys(" ").starts_with("line 10\n"));
    assert!(less.keys("j").starts_with("line 11\n"));
    assert!(less.keys("\u{1b}[A").starts_with("line 10\n"));
    let end = less.keys("G");
    assert!(end.starts_with("line 22\n") && end.ends_with("line 30\n(END)"), "{end}");
    assert!(less.keys("g").starts_with("line 1\n"));
    assert!(less.keys("/e 2\r").starts_with("line 2\n"));
    assert!(less.keys("n").starts_with("line 20\n"));
    assert!(less.keys("N").starts_with("line 2\n"));
    assert!(less.keys("/nowhere\r").ends_with("Pattern not found  (press RETURN)"));
    less.keys("q");
    assert_eq!(less.child.status().map(|s| s.code()), Some(0));
    assert!(!less.screen.is_alternate());
    assert!(less.tty.termios().icanon);
}

#[test]
fn less_wraps_long_lines() {
    let less = Sitting::new(&["less", "f"], &[("/w/f", format!("{}\nend\n", "x".repeat(50)))]);
    let text = less.text();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!((rows[0].len(), rows[1].len(), rows[2], rows[3]), (40, 10, "end", "~"));
    assert_eq!(rows[9], "f (END)");
}

#[test]
fn more_goes_on_with_space() {
    let mut more = Sitting::new(&["more", "f"], &[("/w/f", numbers(15))]);
    assert!(more.text().ends_with("line 9\n--More--(56%)"), "{}", more.text());
    let text = more.keys(" ");
    assert!(text.contains("line 15"), "{text}");
    assert_eq!(more.child.status().map(|s| s.code()), Some(0));
}

#[test]
fn nano_writes_what_is_typed() {
    let mut nano = Sitting::new(&["nano", "nota.txt"], &[]);
    assert!(nano.text().contains("GNU nano") && nano.text().contains("[ New File ]"), "{}", nano.text());
    let text = nano.keys("hola\rmañana");
    assert!(text.contains("hola\nmañana\n") && text.contains("Modified"), "{text}");
    assert!(nano.keys("\u{18}").contains("Save modified buffer?"));
    assert!(nano.keys("y").contains("File Name to Write: nota.txt"));
    nano.keys("\r");
    assert_eq!(nano.child.status().map(|s| s.code()), Some(0));
    assert_eq!(nano.file("/w/nota.txt"), "hola\nmañana\n");
    assert!(!nano.screen.is_alternate());
}

#[test]
fn nano_cuts_pastes_and_searches() {
    let mut nano = Sitting::new(&["nano", "f"], &[("/w/f", "uno\ndos\ntres\n".into())]);
    nano.keys("\u{b}\u{1b}[B\u{15}");
    nano.keys("\u{17}tres\r");
    nano.keys("X\u{7f}\u{1b}[3~T");
    let text = nano.keys("\u{f}\r");
    assert!(text.contains("[ Wrote 3 lines ]"), "{text}");
    assert_eq!(nano.file("/w/f"), "dos\nuno\nTres\n");
    nano.keys("x\u{18}");
    assert!(nano.keys("\u{3}").contains("[ Cancelled ]"));
    nano.keys("\u{18}n");
    assert_eq!(nano.child.status().map(|s| s.code()), Some(0));
    assert_eq!(nano.file("/w/f"), "dos\nuno\nTres\n");
}
