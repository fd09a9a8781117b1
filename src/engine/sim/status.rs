//! How a container's state is told in words: the daemon's `Status` of a listing, with go-units' durations. It must
//! not know containers, only a state and times.

use crate::ambient::{Time, SECOND};
use crate::engine::snapshot::ContainerState;

/// A duration as go-units' `HumanDuration` tells it: `Less than a second`, `About a minute`, `3 weeks`.
pub fn human_duration(nanos: i64) -> String {
    let secs = nanos / SECOND;
    let (minutes, hours) = (secs / 60, (nanos as f64 / 3.6e12 + 0.5) as i64);
    match () {
        () if secs < 1 => "Less than a second".into(),
        () if secs == 1 => "1 second".into(),
        () if secs < 60 => format!("{secs} seconds"),
        () if minutes == 1 => "About a minute".into(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".into(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 7 * 2 => format!("{} days", hours / 24),
        () if hours < 24 * 30 * 2 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", (nanos as f64 / 3.6e12) as i64 / 24 / 365),
    }
}

/// The API's word for a state.
pub(super) fn state_word(state: ContainerState) -> &'static str {
    match state {
        ContainerState::Created => "created",
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Restarting => "restarting",
        ContainerState::Exited => "exited",
        ContainerState::Dead => "dead",
    }
}

/// `Up 2 seconds`, `Exited (130) About a minute ago`, …
pub(super) fn status_text(state: ContainerState, exit_code: i32, started: Time, finished: Time, now: Time) -> String {
    let since = |t: Time| human_duration(now.0.saturating_sub(t.0));
    match state {
        ContainerState::Created => "Created".into(),
        ContainerState::Running => format!("Up {}", since(started)),
        ContainerState::Paused => format!("Up {} (Paused)", since(started)),
        ContainerState::Restarting => format!("Restarting ({exit_code}) {} ago", since(finished)),
        ContainerState::Exited => format!("Exited ({exit_code}) {} ago", since(finished)),
        ContainerState::Dead => "Dead".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_go_units() {
        let t = |s: i64| human_duration(s * SECOND);
        assert_eq!(human_duration(999_999_999), "Less than a second");
        assert_eq!(
            (t(1), t(59), t(60), t(119)),
            ("1 second".into(), "59 seconds".into(), "About a minute".into(), "About a minute".into())
        );
        assert_eq!((t(120), t(3599)), ("2 minutes".into(), "59 minutes".into()));
        assert_eq!((t(3600), t(5400)), ("About an hour".into(), "2 hours".into()));
        assert_eq!((t(48 * 3600), t(22 * 86400), t(28 * 86400)), ("2 days".into(), "3 weeks".into(), "4 weeks".into()));
        assert_eq!((t(365 * 86400), t(800 * 86400)), ("12 months".into(), "2 years".into()));
    }

    #[test]
    fn a_state_in_words() {
        let s = |state, code| status_text(state, code, Time::from_secs(10), Time::from_secs(20), Time::from_secs(22));
        assert_eq!(s(ContainerState::Running, 0), "Up 12 seconds");
        assert_eq!(s(ContainerState::Paused, 0), "Up 12 seconds (Paused)");
        assert_eq!(s(ContainerState::Exited, 130), "Exited (130) 2 seconds ago");
        assert_eq!(s(ContainerState::Created, 127), "Created");
    }
}
