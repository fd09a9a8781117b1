//! What happened: the last events, as the daemon keeps them, and those who listen. It must not know why.

use crate::ambient::Time;
use crate::engine::api::{channel, Actor, EngineError, Event, EventsOptions, Filters, Sender, Stream};
use crate::sorted::VecMap;
use std::collections::VecDeque;

/// How many events the daemon keeps for `--since`.
const KEPT: usize = 256;
/// How many may wait for a listener before it is let go.
const WAITING: usize = 1024;

/// The events of an engine.
#[derive(Debug, Default)]
pub(super) struct Events {
    kept: VecDeque<Event>,
    listeners: Vec<(Filters, Sender<Event>)>,
}

const FILTERS: [&str; 13] = [
    "config",
    "container",
    "daemon",
    "event",
    "image",
    "label",
    "network",
    "node",
    "plugin",
    "scope",
    "secret",
    "type",
    "volume",
];

impl Events {
    /// Keeps the event and tells those who listen.
    pub(super) fn emit(
        &mut self,
        now: Time,
        kind: &'static str,
        action: impl Into<String>,
        id: &str,
        attributes: VecMap<String, String>,
    ) {
        let action = action.into();
        let legacy = matches!(kind, "container" | "image");
        let event = Event {
            status: legacy.then(|| action.clone()),
            id: Some(id.to_owned()).filter(|id| legacy && !id.is_empty()),
            from: attributes.get("image").filter(|_| kind == "container").cloned(),
            kind,
            action,
            actor: Actor { id: id.to_owned(), attributes },
            scope: "local",
            time: now.secs(),
            time_nano: now.0,
        };
        self.listeners.retain(|(filters, sender)| {
            !sender.is_closed() && (!matches(filters, &event) || sender.try_send(event.clone()).is_ok())
        });
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(event);
    }

    /// What `prune` says in the end, of nothing by name.
    pub(super) fn pruned(&mut self, now: Time, kind: &'static str, bytes: u64) {
        self.emit(now, kind, "prune", "", VecMap::from([("reclaimed".to_owned(), bytes.to_string())]));
    }

    /// A stream of what was (from `since` on) and of what comes; none of the latter where `until` has passed.
    pub(super) fn listen(
        &mut self,
        now: Time,
        options: EventsOptions,
    ) -> Result<(Stream<Event>, Option<Sender<Event>>), EngineError> {
        if let Some(key) = options.filters.keys().find(|k| !FILTERS.contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        let (sender, stream) = channel(WAITING);
        if let Some(since) = options.since {
            let until = options.until.unwrap_or(Time(i64::MAX));
            for event in &self.kept {
                if (since.0..=until.0).contains(&event.time_nano) && matches(&options.filters, event) {
                    let _ = sender.push(event.clone());
                }
            }
        }
        if options.until.is_some_and(|u| u <= now) {
            return Ok((stream, None));
        }
        self.listeners.push((options.filters, sender.clone()));
        Ok((stream, Some(sender)))
    }

    /// How many listen.
    pub(super) fn listeners(&self) -> usize {
        self.listeners.iter().filter(|(_, s)| !s.is_closed()).count()
    }

    /// Ends the stream that `sender` writes into: the moment of its `until` has come.
    pub(super) fn hang_up(&mut self, sender: &Sender<Event>) {
        self.listeners.retain(|(_, s)| !s.same(sender));
    }
}

fn matches(filters: &Filters, event: &Event) -> bool {
    let attribute = |name: &str| event.actor.attributes.get(name).map(String::as_str).unwrap_or_default();
    let actor = |key: &str, kind: &str| {
        filters.pass(key, |v| event.kind == kind && (event.actor.id.starts_with(v) || attribute("name") == v))
    };
    let image = |v: &str| match event.kind {
        "image" => {
            event.actor.id == v
                || event.actor.id.strip_prefix("sha256:").is_some_and(|i| i.starts_with(v))
                || name_is(attribute("name"), v)
        }
        _ => name_is(attribute("image"), v),
    };
    filters.pass("event", |v| v == event.action || event.action.starts_with(&format!("{v}:")))
        && filters.pass("type", |v| v == event.kind)
        && filters.pass("scope", |v| v == event.scope)
        && filters.get("label").iter().all(|l| match l.split_once('=') {
            Some((k, v)) => event.actor.attributes.get(k).is_some_and(|have| have == v),
            None => event.actor.attributes.contains_key(l),
        })
        && actor("container", "container")
        && actor("network", "network")
        && actor("volume", "volume")
        && actor("daemon", "daemon")
        && filters.pass("image", image)
}

/// `ubuntu` names `ubuntu:latest` too.
fn name_is(have: &str, wanted: &str) -> bool {
    have == wanted || have.split_once(':').is_some_and(|(repository, _)| repository == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn what_was_is_replayed_and_filtered() {
        let mut events = Events::default();
        let attributes = |name: &str| {
            VecMap::from([("name".to_owned(), name.to_owned()), ("image".to_owned(), "ubuntu".to_owned())])
        };
        events.emit(Time(1), "container", "create", "aa", attributes("c1"));
        events.emit(Time(2), "container", "start", "aa", attributes("c1"));
        events.emit(Time(3), "image", "tag", "sha256:bb", VecMap::new());
        let mut filters = Filters::new();
        filters.add("event", "start");
        let options = EventsOptions { since: Some(Time(0)), until: Some(Time(9)), filters };
        let (stream, live) = events.listen(Time(10), options).unwrap();
        assert!(live.is_none());
        let got = match pin!(stream.collect()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(got) => got,
            Poll::Pending => panic!("it ends"),
        };
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].from.as_deref(), Some("ubuntu"));
        let mut bad = Filters::new();
        bad.add("bogus", "x");
        let refused = events.listen(Time(10), EventsOptions { filters: bad, ..EventsOptions::default() });
        assert_eq!(refused.unwrap_err().to_string(), "Invalid filter 'bogus'");
    }

    use std::future::Future;
}
