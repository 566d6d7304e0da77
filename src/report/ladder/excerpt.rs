//! What of a ladder is drawn where all of it would be too much.
//!
//! It knows nothing of pages. Invariant: nothing that failed is ever left out, and what was left out is
//! said.

use crate::diagnosis::ladder::{Fate, Ladder, Message, MessageKind, Step, What};
use crate::record::naming::span_short;

/// Steps of a ladder, each with its number there.
pub(super) struct Excerpt {
    pub steps: Vec<(usize, Step)>,
    /// How many ordinary steps are not among them.
    left_out: usize,
    /// How many calls are drawn as one arrow.
    folded: usize,
}

impl Excerpt {
    /// All of the ladder; then without what is ordinary; then with a question and its answer as one.
    pub(super) fn all(ladder: &Ladder) -> [Excerpt; 3] {
        let numbered = ladder.steps.iter().cloned().enumerate();
        let whole: Vec<(usize, Step)> = numbered.collect();
        let is_decisive = |number: usize| {
            ladder
                .decisive
                .is_some_and(|decisive| decisive.step == number)
        };
        let kept = whole.iter();
        let kept = kept.filter(|(number, step)| !step.is_ordinary || is_decisive(*number));
        let short: Vec<(usize, Step)> = kept.cloned().collect();
        let left_out = whole.len() - short.len();
        let folded = folded(&short);
        let folds = short.len() - folded.len();
        [
            (whole, 0, 0),
            (short, left_out, 0),
            (folded, left_out, folds),
        ]
        .map(|(steps, left_out, folded)| Excerpt {
            steps,
            left_out,
            folded,
        })
    }

    /// What a reader should know of what is missing.
    pub(super) fn note(&self) -> Option<String> {
        let steps = if self.left_out == 1 { "step" } else { "steps" };
        let left_out = format!(
            "{} {steps} that went as usual not drawn (names resolved, connections, tokens honoured)",
            self.left_out
        );
        match (self.left_out, self.folded) {
            (0, 0) => None,
            (_, 0) => Some(left_out),
            _ => Some(format!(
                "{left_out}; an arrow with two heads is a call with its answer"
            )),
        }
    }
}

/// Calls of which nothing is told but that they were answered, as one step each.
fn folded(steps: &[(usize, Step)]) -> Vec<(usize, Step)> {
    let mut all = Vec::new();
    for (number, step) in steps {
        match (of_fine_call(steps, step), step.what) {
            (Some((MessageKind::Call, answer)), What::Message(message)) => {
                let received = match answer.what {
                    What::Message(answer) => answer.received,
                    What::Note { .. } => None,
                };
                let after = received.zip(message.sent);
                let after = after.map_or(String::new(), |(received, sent)| {
                    format!(" (after {})", span_short(received.saturating_sub(sent)))
                });
                let whole = Step {
                    text: format!("{}{after}", answer.text),
                    full: format!("{}; {}", step.full, answer.full),
                    what: What::Message(Message {
                        kind: MessageKind::RoundTrip,
                        received,
                        ..message
                    }),
                    ..step.clone()
                };
                all.push((*number, whole));
            }
            (Some(_), _) => {}
            (None, _) => all.push((*number, step.clone())),
        }
    }
    all
}

/// What a step is in a call that has nothing but a question and an answer, both fine, and the answer.
fn of_fine_call<'a>(steps: &'a [(usize, Step)], step: &Step) -> Option<(MessageKind, &'a Step)> {
    let call = step.call?;
    let mut of_call = steps
        .iter()
        .map(|(_, step)| step)
        .filter(|step| step.call == Some(call));
    let (question, answer) = (of_call.next()?, of_call.next()?);
    let kind = |step: &Step| match step.what {
        What::Message(message) if message.fate == Fate::Fine && message.from != message.to => {
            Some(message.kind)
        }
        _ => None,
    };
    let is_whole = kind(question) == Some(MessageKind::Call)
        && kind(answer) == Some(MessageKind::Answer)
        && of_call.next().is_none();
    is_whole.then_some((kind(step)?, answer))
}
