//! Replaying lessons: every step is typed, every output compared, every exercise solved by its own solution.

use super::log::Input;
use super::{Options, Outcome, Session, StartError};
use crate::lesson::compare::{compare, Line};
use crate::lesson::progress::Progress;
use crate::lesson::{parse, Exercise, Lesson, Part, Step};

/// One step: a command and the keys after it.
#[derive(Clone, Debug)]
pub struct Typed(Vec<Input>);

impl Typed {
    /// A lesson's step.
    pub fn of_step(step: &Step) -> Typed {
        let keys = step.keys.iter().filter_map(|keys| parse::parse_keys(keys)).map(Input::Keys);
        Typed(std::iter::once(Input::Line(step.input.clone())).chain(keys).collect())
    }

    /// Types it; what its line led to (not its keys).
    pub fn run(&self, session: &mut Session) -> Outcome {
        let mut first = None;
        for input in &self.0 {
            let outcome = session.apply(input);
            first.get_or_insert(outcome);
        }
        first.unwrap_or_default()
    }
}

/// A log's inputs as steps, one each.
pub fn group(inputs: &[Input]) -> Vec<Typed> {
    inputs.iter().map(|input| Typed(vec![input.clone()])).collect()
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many steps were compared.
    pub steps: usize,
    /// Those that differ.
    pub mismatches: Vec<Mismatch>,
}

/// A step whose output, status or goals differ.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// In the lesson's file, from 1.
    pub line: usize,
    /// The command.
    pub input: String,
    /// Line by line.
    pub difference: Vec<Line>,
}

/// Replays a lesson from its start.
pub fn check(lesson: &Lesson, seed: u64) -> Result<Report, StartError> {
    let mut session = Session::start(Options::for_lesson(lesson, seed))?;
    let mut report = Report::default();
    for part in &lesson.parts {
        match part {
            Part::Steps(steps) => steps.iter().for_each(|step| check_step(step, &mut session, &mut report)),
            Part::Exercise(exercise) => solve(exercise, &session, lesson, &mut report)?,
            Part::Prose(_) | Part::Listing(_) => {}
        }
    }
    Ok(report)
}

fn check_step(step: &Step, session: &mut Session, report: &mut Report) {
    report.steps += 1;
    let outcome = Typed::of_step(step).run(session);
    let mut difference = compare(&step.output, &outcome.output).unwrap_or_default();
    if step.status.is_some_and(|status| status != outcome.status) {
        difference.extend(step.status.map(|status| Line::Expected(format!("? {status}"))));
        difference.push(Line::Actual(format!("? {}", outcome.status)));
    }
    if !difference.is_empty() {
        report.mismatches.push(Mismatch { line: step.line, input: step.input.clone(), difference });
    }
}

/// On a copy of the session, so that what follows the exercise does not depend on it.
fn solve(exercise: &Exercise, session: &Session, lesson: &Lesson, report: &mut Report) -> Result<(), StartError> {
    let alone = Lesson { parts: vec![Part::Exercise(exercise.clone())], ..lesson.clone() };
    let mut session = session.undo_to(session.log().inputs.len())?;
    let mut progress = Progress::start(&alone);
    progress.after(&alone, "", &session.snapshot());
    for step in &exercise.solution {
        check_step(step, &mut session, report);
        progress.after(&alone, &step.input, &session.snapshot());
    }
    let reached = progress.goals.first().copied().unwrap_or(0);
    if reached < exercise.goals.len() {
        report.mismatches.push(Mismatch {
            line: exercise.line,
            input: "(the solution)".to_owned(),
            difference: vec![
                Line::Expected(format!("{} goals reached", exercise.goals.len())),
                Line::Actual(format!("{reached} goals reached")),
            ],
        });
    }
    Ok(())
}
