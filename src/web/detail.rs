//! What the drawer shows of the layer, container, image or chart that was chosen, with its files as a tree. It must not
//! know how it is drawn.

use super::sitting::{Shown, Sitting};
use crate::engine::snapshot::{ChangeKind, ContainerView, FileView, ImageView, LayerView, Snapshot};
use crate::figure::scene::Target;
use crate::sorted::{self, VecSet};
use std::rc::Rc;
use std::sync::Arc;

/// What is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// A layer: its place from the base (from 1), of how many, and the containers that have it.
    Layer {
        /// The layer.
        layer: Arc<LayerView>,
        /// Its place and the number of layers, in the first image that has it.
        place: (usize, usize),
        /// How many images and containers have it.
        users: (usize, usize),
        /// Its files.
        files: Files,
    },
    /// A container.
    Container {
        /// The container.
        container: Arc<ContainerView>,
        /// What its thin layer does.
        files: Files,
    },
    /// An image.
    Image(Arc<ImageView>, Vec<Arc<LayerView>>),
    /// Disk use over time.
    Chart,
}

/// Files as a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    /// In path order.
    pub all: Rc<Vec<FileView>>,
    /// Directories that are open.
    pub open: Rc<VecSet<String>>,
    /// The file whose text is shown, and the text; none where it is not text.
    pub text: Option<Rc<(String, Option<String>)>>,
}

/// What can be done in the tree.
pub enum Change {
    /// Open or close a directory.
    Toggle(String),
    /// Show a file's text.
    Text(Option<String>),
}

/// A row of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Absolute.
    pub path: String,
    /// What stands on the row: the path below the row that it hangs from.
    pub name: String,
    /// Levels below the root.
    pub depth: usize,
    /// A directory, and whether it is open.
    pub dir: Option<bool>,
    /// The entry; none for a directory that only leads to one.
    pub file: Option<FileView>,
}

/// A file is shown up to so many bytes.
const TEXT: usize = 16 * 1024;
/// Few files are shown with all their directories open.
const FEW: usize = 40;

impl Detail {
    /// What a key stands for at a moment of the timeline.
    pub fn of(key: &str, shown: &Shown, looking: Option<usize>, sitting: &Sitting) -> Option<Detail> {
        let now = shown.at(looking).0;
        match Target::parse(key)? {
            Target::Layer(chain) => {
                let layer = now.layer(chain)?.clone();
                let image = layer.images.first().and_then(|id| now.image(id));
                let holders = image.map(|i| &i.layers).or_else(|| Some(&holder(now, chain)?.layers));
                let place =
                    holders.map_or((1, 1), |l| (1 + l.iter().position(|c| **c == *chain).unwrap_or(0), l.len()));
                let containers = now.containers.iter().filter(|c| c.layers.iter().any(|l| **l == *chain)).count();
                let files = Files::new(sitting.layer_files(chain));
                Some(Detail::Layer { users: (layer.images.len(), containers), layer, place, files })
            }
            Target::Container(id) => Detail::container(id, now, shown, sitting),
            Target::Change { container, path } => {
                let detail = Detail::container(container, now, shown, sitting)?;
                Some(detail.changed(Change::Text(Some(path.to_owned())), sitting))
            }
            Target::Image(id) => {
                let image = now.image(id)?.clone();
                let layers = image.layers.iter().rev().filter_map(|l| now.layer(l).cloned()).collect();
                Some(Detail::Image(image, layers))
            }
            Target::More => None,
        }
    }

    fn container(id: &str, now: &Snapshot, shown: &Shown, sitting: &Sitting) -> Option<Detail> {
        let container = now.container(id)?.clone();
        // The engine knows the present; an earlier moment is told by its snapshot.
        let present = shown.snapshot.container(id).is_some_and(|c| c.changes == container.changes);
        let files = if present { sitting.container_files(id) } else { Vec::new() };
        let files = if files.is_empty() { container.changes.iter().map(of_change).collect() } else { files };
        Some(Detail::Container { container, files: Files::new(files) })
    }

    /// The key of its element in the figure.
    pub fn key(&self) -> Option<String> {
        match self {
            Detail::Layer { layer, .. } => Some(Target::layer_key(&layer.chain_id)),
            Detail::Container { container, .. } => Some(Target::container_key(&container.id)),
            Detail::Image(image, _) => Some(Target::image_key(&image.id)),
            Detail::Chart => None,
        }
    }

    /// Whether it still exists.
    pub fn is_there(&self, now: &Snapshot) -> bool {
        match self {
            Detail::Layer { layer, .. } => now.layer(&layer.chain_id).is_some(),
            Detail::Container { container, .. } => now.container(&container.id).is_some(),
            Detail::Image(image, _) => now.image(&image.id).is_some(),
            Detail::Chart => true,
        }
    }

    /// The same of another moment; what is open stays open.
    pub fn again(&self, shown: &Shown, looking: Option<usize>, sitting: &Sitting) -> Detail {
        let Some(mut fresh) = self.key().and_then(|key| Detail::of(&key, shown, looking, sitting)) else {
            return self.clone();
        };
        if let (Some(old), Some(new)) = (self.files(), fresh.files_mut()) {
            if old.all == new.all {
                *new = old.clone();
            } else {
                Rc::make_mut(&mut new.open).extend(old.open.iter().cloned());
            }
        }
        fresh
    }

    /// After something was done in its tree.
    pub fn changed(&self, change: Change, sitting: &Sitting) -> Detail {
        let mut new = self.clone();
        let (container, place) = match self {
            Detail::Layer { layer, .. } => (false, layer.chain_id.clone()),
            Detail::Container { container, .. } => (true, container.id.clone()),
            _ => return new,
        };
        let Some(files) = new.files_mut() else { return new };
        match change {
            Change::Toggle(path) => {
                let open = Rc::make_mut(&mut files.open);
                if !open.remove(&path) {
                    open.insert(path);
                }
            }
            Change::Text(None) => files.text = None,
            Change::Text(Some(path)) => {
                let text = sitting.file_text(container, &place, &path, TEXT).and_then(as_text);
                files.text = Some(Rc::new((path, text)));
            }
        }
        new
    }

    /// Its files.
    pub fn files(&self) -> Option<&Files> {
        match self {
            Detail::Layer { files, .. } | Detail::Container { files, .. } => Some(files),
            _ => None,
        }
    }

    fn files_mut(&mut self) -> Option<&mut Files> {
        match self {
            Detail::Layer { files, .. } | Detail::Container { files, .. } => Some(files),
            _ => None,
        }
    }
}

fn holder<'a>(now: &'a Snapshot, chain: &str) -> Option<&'a Arc<ContainerView>> {
    now.containers.iter().find(|c| c.layers.iter().any(|l| **l == *chain))
}

fn of_change(change: &crate::engine::snapshot::ChangeView) -> FileView {
    FileView {
        path: change.path.to_string(),
        kind: change.kind,
        mode: if change.is_dir { "d".to_owned() } else { "-".to_owned() },
        uid: 0,
        gid: 0,
        size: change.size,
        target: None,
    }
}

/// Text, if it looks like it: UTF-8 without control characters. A character that the end cuts is left out.
fn as_text(bytes: Vec<u8>) -> Option<String> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.utf8_error().error_len().is_none() => {
            let valid = error.utf8_error().valid_up_to();
            String::from_utf8(error.into_bytes().into_iter().take(valid).collect()).ok()?
        }
        Err(_) => return None,
    };
    let binary = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r' | '\u{1b}');
    (!text.chars().any(binary)).then_some(text)
}

impl Files {
    fn new(mut all: Vec<FileView>) -> Files {
        all.retain(|file| file.path.len() > 1);
        // Path order by bytes puts `/a-b` before `/a/b`.
        sorted::sort_by(&mut all, |a, b| a.path.split('/').cmp(b.path.split('/')));
        let mut open = VecSet::new();
        if all.len() <= FEW {
            for file in &all {
                let ends = file.path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
                open.extend(ends.filter_map(|at| file.path.get(..at).map(str::to_owned)));
            }
        }
        Files { all: Rc::new(all), open: Rc::new(open), text: None }
    }

    /// The rows that show: directories that hold a single directory share its row.
    pub fn rows(&self) -> Vec<Row> {
        let mut out = Vec::new();
        let at: Vec<&FileView> = self.all.iter().collect();
        self.level(&at, "", 0, &mut out);
        out
    }

    fn level(&self, files: &[&FileView], under: &str, depth: usize, out: &mut Vec<Row>) {
        let mut rest = files;
        while let Some(first) = rest.first() {
            let below = first.path.get(under.len() + 1..).unwrap_or("");
            let name = below.split('/').next().unwrap_or("");
            let path = format!("{under}/{name}");
            let mine = |f: &&FileView| {
                f.path.strip_prefix(path.as_str()).is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
            };
            let (group, after) = rest.split_at(rest.iter().take_while(|f| mine(f)).count().max(1));
            rest = after;
            let own = group.iter().find(|f| f.path == path);
            let inner: Vec<&FileView> = group.iter().copied().filter(|f| f.path != path).collect();
            let is_dir = !inner.is_empty() || own.is_some_and(|f| f.mode.starts_with('d'));
            let open = self.open.contains(&path);
            let file = own.map(|f| (*f).clone());
            let dir = is_dir.then_some(open);
            out.push(Row { path: path.clone(), name: name.to_owned(), depth, dir, file });
            if is_dir && open {
                self.level(&inner, &path, depth + 1, out);
            }
        }
    }
}

/// The letter of a row and its class.
pub fn letter(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::A => ("A", "acd acd-a"),
        ChangeKind::C => ("C", "acd acd-c"),
        ChangeKind::D => ("D", "acd acd-d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, mode: &str) -> FileView {
        FileView { path: path.into(), kind: ChangeKind::A, mode: mode.into(), uid: 0, gid: 0, size: 1, target: None }
    }

    #[test]
    fn files_make_a_tree() {
        let all = vec![
            file("/etc", "drwxr-xr-x"),
            file("/etc/a.conf", "-rw-r--r--"),
            file("/etc/apt/x/y", "-rw-r--r--"),
            file("/etcetera", "-rw-r--r--"),
        ];
        let mut files = Files::new(all);
        let rows: Vec<String> = files.rows().iter().map(|r| format!("{}{}", "-".repeat(r.depth), r.name)).collect();
        assert_eq!(rows, ["etc", "-a.conf", "-apt", "--x", "---y", "etcetera"]);
        files.open = Rc::default();
        assert_eq!(files.rows().len(), 2);
    }

    #[test]
    fn text_is_told_from_binary() {
        assert_eq!(as_text(b"hola\n".to_vec()).as_deref(), Some("hola\n"));
        assert_eq!(as_text("mañana".as_bytes()[..3].to_vec()).as_deref(), Some("ma"));
        assert_eq!(as_text(vec![0x7f, b'E', b'L', b'F', 0]), None);
        assert_eq!(as_text(vec![0xff, 0xfe]), None);
    }
}
