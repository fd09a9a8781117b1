//! The questions of `rm -i`, `cp -i` and the like, asked on standard error and answered on standard input.

use super::job::Job;

/// Asks, after the program's name (nothing, where the question is out already); only an answer that begins with `y` is a yes.
pub async fn confirm(job: &mut Job, question: &[&str]) -> bool {
    if !question.is_empty() {
        let text = [job.usage.name, ": ", &question.concat()].concat();
        job.err(&text);
    }
    job.flush().await;
    let mut answer = Vec::new();
    // One byte at a time: what follows the line is not this question's.
    while let Ok(piece) = job.proc.read(0, 1).await {
        match piece.first() {
            None | Some(b'\n') => break,
            Some(b) => answer.push(*b),
        }
    }
    matches!(answer.first(), Some(b'y' | b'Y'))
}
