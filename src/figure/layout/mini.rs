//! The thumbnail that phones show over the terminal: the container view without a word. It must not know what was
//! before.

use super::parts::{self, Block};
use super::subject::Subject;
use crate::engine::snapshot::{ChangeKind, Snapshot};
use crate::figure::scene::{Node, Options, Scene, View};

/// Rows of the stack: three at most.
const ROWS: [(i32, i32); 3] = [(34, 8), (49, 8), (64, 14)];

/// The thumbnail of a subject, 176 by 80.
pub fn draw(snapshot: &Snapshot, subject: &Subject<'_>, opts: &Options<'_>) -> Scene {
    let opts = &Options { selected: None, ..*opts };
    let block = |y: i32, h: i32| Block { x: 8, y, w: 150, h, dx: 8, dy: 5 };
    let mut nodes = Vec::new();
    if let Some(container) = subject.container {
        nodes.push(block(10, 12).thin("mini:thin".to_string(), opts));
        let marks = container.changes.iter().rev().take(5).collect::<Vec<_>>();
        let mut x = 14;
        for change in marks.into_iter().rev() {
            let (class, w) = match change.kind {
                ChangeKind::A => ("c-dotA", 24),
                ChangeKind::C => ("c-dotC", 14),
                ChangeKind::D => ("c-dotD", 14),
            };
            nodes.push(Node::rect(class, x, 13, w, 6).attr("rx", "1.5"));
            x += w + 6;
        }
    } else {
        nodes.push(Node::rect("ghost", 8, 10, 150, 12));
    }
    let n = subject.layers.len();
    // The base at the bottom, the top layer at the top; what is between them shares a row.
    let shown: &[usize] = match n {
        0 => &[],
        1 => &[0],
        2 => &[1, 0],
        _ => &[n - 1, n / 2, 0],
    };
    let from = ROWS.len() - shown.len();
    for (i, (y, h)) in shown.iter().zip(ROWS.iter().skip(from)) {
        let shade = match *i {
            0 => "ro-3",
            i if i + 1 == n => "ro-1",
            _ => "ro-2",
        };
        nodes.push(block(*y, *h).slab(format!("mini:{i}"), shade, *i, 10, opts));
    }
    if snapshot.refusal.as_ref().is_some_and(|r| *r.image == *subject.image_id) {
        nodes.push(parts::octagon("mini:octagon".to_string(), 150, 45));
    }
    let class = format!("{} mini", super::root_class(View::Container, opts));
    Scene { width: 176, height: 80, class, defs: parts::patterns(opts), nodes, ..Scene::default() }
}
