//! Goals: predicates on the snapshot, in no human language, and how they are reached one after the other.
//!
//! ```text
//! container NAME                      it exists
//! container NAME created|running|paused|exited
//! container NAME image REF            it was made from this image
//! container NAME change A|C|D PATH    `docker diff` shows it
//! container NAME size <= 10           bytes of its thin layer (also <, =, >=, >)
//! containers REF >= 2                 so many containers of an image (`*`: of any)
//! image REF                           it exists
//! image REF layers >= 4               so many layers
//! images REF REF share 3              so many layers in common, at least
//! not PREDICATE        PREDICATE and PREDICATE
//! ```

use crate::engine::snapshot::{ChangeKind, ContainerState, ContainerView, ImageView, Snapshot};

/// What must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// A container exists, and this is true of it.
    Container(String, Property),
    /// How many containers an image has.
    Containers(String, Compare, u64),
    /// An image exists.
    Image(String),
    /// How many layers an image has.
    ImageLayers(String, Compare, u64),
    /// Two images have at least so many layers in common.
    Share(String, String, usize),
    /// The contrary.
    Not(Box<Predicate>),
    /// Both.
    And(Box<Predicate>, Box<Predicate>),
}

/// What may be asked of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// Nothing more.
    Exists,
    /// Its state.
    State(ContainerState),
    /// The image it was made from.
    Image(String),
    /// A line of its diff.
    Change(ChangeKind, String),
    /// The size of its thin layer.
    Size(Compare, u64),
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

impl Compare {
    fn parse(text: &str) -> Option<Compare> {
        Some(match text {
            "<" => Compare::Less,
            "<=" => Compare::AtMost,
            "=" => Compare::Equal,
            ">=" => Compare::AtLeast,
            ">" => Compare::More,
            _ => return None,
        })
    }

    fn holds(self, a: u64, b: u64) -> bool {
        match self {
            Compare::Less => a < b,
            Compare::AtMost => a <= b,
            Compare::Equal => a == b,
            Compare::AtLeast => a >= b,
            Compare::More => a > b,
        }
    }
}

impl Predicate {
    /// Reads one line. The error says what was expected.
    pub fn parse(text: &str) -> Result<Predicate, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if let Some(at) = words.iter().position(|w| *w == "and") {
            let (left, right) = words.split_at_checked(at).unwrap_or((&words, &[]));
            let right = right.get(1..).unwrap_or(&[]).join(" ");
            let left = Predicate::parse(&left.join(" "))?;
            return Ok(Predicate::And(Box::new(left), Box::new(Predicate::parse(&right)?)));
        }
        simple(&words).ok_or_else(|| {
            format!("`{text}` is no goal: expected `container NAME …`, `containers IMAGE >= N`, `image REF`, `images A B share N` or `not …`")
        })
    }

    /// Whether it holds now.
    pub fn holds(&self, snapshot: &Snapshot) -> bool {
        match self {
            Predicate::Container(name, property) => {
                snapshot.container(name).is_some_and(|c| property.holds(c, snapshot))
            }
            Predicate::Containers(image, compare, n) => {
                let count =
                    snapshot.containers.iter().filter(|c| image == "*" || made_from(c, image, snapshot)).count();
                compare.holds(count as u64, *n)
            }
            Predicate::Image(reference) => find(snapshot, reference).is_some(),
            Predicate::ImageLayers(reference, compare, n) => {
                find(snapshot, reference).is_some_and(|i| compare.holds(i.layers.len() as u64, *n))
            }
            Predicate::Share(a, b, n) => match (find(snapshot, a), find(snapshot, b)) {
                (Some(a), Some(b)) => a.layers.iter().filter(|l| b.layers.contains(l)).count() >= *n,
                _ => false,
            },
            Predicate::Not(inner) => !inner.holds(snapshot),
            Predicate::And(a, b) => a.holds(snapshot) && b.holds(snapshot),
        }
    }
}

impl Property {
    fn holds(&self, container: &ContainerView, snapshot: &Snapshot) -> bool {
        match self {
            Property::Exists => true,
            Property::State(state) => container.state == *state,
            Property::Image(image) => made_from(container, image, snapshot),
            Property::Change(kind, path) => container.changes.iter().any(|c| c.kind == *kind && *c.path == **path),
            Property::Size(compare, n) => compare.holds(container.size_rw, *n),
        }
    }
}

fn simple(words: &[&str]) -> Option<Predicate> {
    match words {
        ["not", rest @ ..] => Some(Predicate::Not(Box::new(simple(rest)?))),
        ["container", name, rest @ ..] => Some(Predicate::Container((*name).to_owned(), property(rest)?)),
        ["containers", image, op, n] => {
            Some(Predicate::Containers((*image).to_owned(), Compare::parse(op)?, n.parse().ok()?))
        }
        ["image", reference] => Some(Predicate::Image((*reference).to_owned())),
        ["image", reference, "layers", op, n] => {
            Some(Predicate::ImageLayers((*reference).to_owned(), Compare::parse(op)?, n.parse().ok()?))
        }
        ["images", a, b, "share", n] => Some(Predicate::Share((*a).to_owned(), (*b).to_owned(), n.parse().ok()?)),
        _ => None,
    }
}

fn property(words: &[&str]) -> Option<Property> {
    Some(match words {
        [] => Property::Exists,
        ["created"] => Property::State(ContainerState::Created),
        ["running"] => Property::State(ContainerState::Running),
        ["paused"] => Property::State(ContainerState::Paused),
        ["exited" | "stopped"] => Property::State(ContainerState::Exited),
        ["image", image] => Property::Image((*image).to_owned()),
        ["change", kind, path] => {
            let kind = match *kind {
                "A" => ChangeKind::A,
                "C" => ChangeKind::C,
                "D" => ChangeKind::D,
                _ => return None,
            };
            Property::Change(kind, (*path).to_owned())
        }
        ["size", op, n] => Property::Size(Compare::parse(op)?, n.parse().ok()?),
        _ => return None,
    })
}

fn tagged(tag: &str, reference: &str) -> bool {
    tag == reference || tag.strip_suffix(":latest") == Some(reference)
}

fn find<'a>(snapshot: &'a Snapshot, reference: &str) -> Option<&'a ImageView> {
    snapshot.images.iter().find(|i| i.tags.iter().any(|t| tagged(t, reference))).map(|i| &**i)
}

fn made_from(container: &ContainerView, image: &str, snapshot: &Snapshot) -> bool {
    tagged(&container.image_name, image) || find(snapshot, image).is_some_and(|i| i.id == container.image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_nonsense_is_refused() {
        for good in [
            "container c1",
            "container c1 exited",
            "container c1 change D /etc/legal",
            "container c1 size <= 10 and not image ubuntu",
            "containers ubuntu >= 2",
            "images httpd:2.4 php:7.4-apache share 3",
            "image x layers = 4",
        ] {
            assert!(Predicate::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "contenedor c1", "container", "container c1 flying", "containers ubuntu", "container c1 and"] {
            assert!(Predicate::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_empty_engine_has_nothing() {
        let empty = Snapshot::default();
        assert!(!Predicate::parse("image ubuntu").unwrap().holds(&empty));
        assert!(Predicate::parse("not container c1").unwrap().holds(&empty));
        assert!(Predicate::parse("containers * = 0").unwrap().holds(&empty));
    }
}
