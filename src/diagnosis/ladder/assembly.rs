//! From drafts to a ladder: what decided, who stands where, what is left out.
//!
//! It knows nothing of what a draft was made of. Invariant: the target at which the request failed
//! first is never among those that are left out.

use crate::engine::Instant;
use crate::model::observation::{Fact, Observation};
use crate::model::outcome::{AttendeeOutcome, Failure};

use super::drafts::{Draft, Drafts, Kind};
use super::exchange::Exchange;
use super::parties::{Party, Places};
use super::{Decisive, Ladder, Message, MessageKind, Step, What};

impl Drafts<'_> {
    /// The ladder, with what decided this failure marked, or the first failure of an attendee.
    pub(super) fn into_ladder(mut self, failure: Option<Failure>) -> Ladder {
        let failure = failure.or_else(|| self.first_failure());
        let mut decisive = failure.and_then(|failure| self.decisive(&failure));
        if let Some(number) = &mut decisive {
            *number -= self.drop_outcome(*number);
        }
        let first = decisive.and_then(|number| self.drafts[number].target);
        let places = Places::of(&self.parties, self.named(), first);
        let is_drawn: Vec<bool> = self
            .drafts
            .iter()
            .map(|draft| draft.target.is_none_or(|target| places.is_drawn(target)))
            .collect();
        let decisive = decisive.map(|number| {
            let before = is_drawn[..number].iter().filter(|is_drawn| **is_drawn);
            before.count()
        });
        let mut is_drawn = is_drawn.into_iter();
        self.drafts.retain(|_| is_drawn.next().unwrap_or(true));
        let decisive = self.tell_of_hidden(&places, decisive);
        let standing = self.standing(&places);
        let place = |party: Party| {
            let party = places.standing[places.place(party)];
            let found = standing.iter().position(|known| *known == party);
            found.expect("whoever is named in a step that is drawn stands")
        };
        let sent = self.seen.first().map_or(Instant::EPOCH, |first| first.at);
        let steps: Vec<Step> = self
            .drafts
            .iter()
            .map(|draft| step(draft, sent, place))
            .collect();
        let decisive = decisive.zip(failure).map(|(number, failure)| {
            let at = match steps[number].what {
                What::Message(Message {
                    from,
                    kind: MessageKind::Answer,
                    ..
                }) => from,
                What::Message(Message { to, .. }) => to,
                What::Note { over } => over,
            };
            Decisive::of(&failure, number, at)
        });
        Ladder {
            request: self.federation.request_name(self.request),
            subject: self.subject(),
            outcome: self.outcome(),
            sent,
            lifelines: standing
                .iter()
                .map(|&party| self.parties.lifeline(party, places.hidden()))
                .collect(),
            steps,
            decisive,
        }
    }

    /// The failure of the first attendee that failed.
    fn first_failure(&self) -> Option<Failure> {
        self.seen.iter().find_map(|seen| match seen.fact {
            Fact::AttendeeDone {
                outcome: AttendeeOutcome::Failed(failure),
                ..
            } => Some(failure),
            _ => None,
        })
    }

    /// The first draft of which a failure follows.
    fn decisive(&self, failure: &Failure) -> Option<usize> {
        let caused = |draft: &Draft| draft.cause == Some(failure.cause);
        let is_outcome = |draft: &Draft| matches!(draft.kind, Kind::Outcome);
        let position = |fits: &dyn Fn(&Draft) -> bool| self.drafts.iter().position(fits);
        // The leg may have told the cause at the root; what it met first is of the same exchange.
        let ended_so =
            |call: &Exchange| call.failure().is_some_and(|end| end.cause == failure.cause);
        let exchange = self.exchanges.iter().position(ended_so);
        let in_exchange = exchange.and_then(|number| {
            position(&|draft| draft.exchange == Some(number) && draft.cause.is_some())
        });
        let elsewhere = position(&|draft| caused(draft) && !is_outcome(draft));
        let both = in_exchange.into_iter().chain(elsewhere);
        both.min().or_else(|| position(&caused))
    }

    /// Drops the outcome of a single attendee that the decisive step tells already. Gives back how many
    /// steps before the decisive one are gone.
    fn drop_outcome(&mut self, decisive: usize) -> usize {
        let is_single = self
            .seen
            .iter()
            .any(|seen| matches!(seen.fact, Fact::RequestDone { attendees: 1, .. }));
        let is_outcome = |draft: &Draft| matches!(draft.kind, Kind::Outcome);
        if !is_single || is_outcome(&self.drafts[decisive]) {
            return 0;
        }
        let before = self.drafts[..decisive]
            .iter()
            .filter(|draft| is_outcome(draft));
        let before = before.count();
        self.drafts.retain(|draft| !is_outcome(draft));
        before
    }

    /// All that have part in a draft, once or more often.
    fn named(&self) -> Vec<Party> {
        let mut named = vec![Party::Client, Party::Requester];
        for draft in &self.drafts {
            match draft.kind {
                Kind::Message { from, to, .. } => named.extend([from, to]),
                Kind::Note(over) => named.push(over),
                Kind::Outcome => {}
            }
        }
        named
    }

    /// Who stands: targets in any case, others if they have part in what is drawn.
    fn standing(&self, places: &Places) -> Vec<Party> {
        let named = self.named();
        let named: Vec<usize> = named.into_iter().map(|party| places.place(party)).collect();
        let all = places.standing.iter().copied().enumerate();
        all.filter(|(place, party)| {
            named.contains(place) || matches!(party, Party::Target(..) | Party::More)
        })
        .map(|(_, party)| party)
        .collect()
    }

    /// One note for all targets that are not drawn, where the last of their groups ends. Gives back
    /// where the decisive step stands then.
    fn tell_of_hidden(&mut self, places: &Places, decisive: Option<usize>) -> Option<usize> {
        if places.hidden() == 0 {
            return decisive;
        }
        let targets = self.parties.targets.iter().enumerate();
        let hidden = targets.filter(|(number, _)| !places.is_drawn(*number));
        let (answered, failed) = hidden.fold((0, 0), |(answered, failed), (_, target)| {
            (answered + target.answered, failed + target.failed)
        });
        let is_hidden = |seen: &Observation| match seen.fact {
            Fact::GroupDone { group, .. } => {
                let target = self.parties.of_group.get(&group);
                target.is_some_and(|&target| !places.is_drawn(target))
            }
            _ => false,
        };
        let place = self.seen.iter().rposition(is_hidden);
        let place = place.unwrap_or(self.seen.len() - 1);
        let at = self.seen[place].at;
        let text = format!("calls answered: {answered}, failed: {failed}");
        let note = Draft {
            at,
            place,
            target: None,
            exchange: None,
            kind: Kind::Note(Party::More),
            full: text.clone(),
            text,
            cause: None,
            is_ordinary: false,
        };
        let number = self
            .drafts
            .partition_point(|draft| (draft.at, draft.place) <= (at, place));
        self.drafts.insert(number, note);
        decisive.map(|decisive| decisive + usize::from(number <= decisive))
    }

    /// From whom to whom.
    fn subject(&self) -> String {
        let mut from = String::new();
        let mut first = None;
        let mut attendees = Vec::new();
        for seen in self.seen {
            match seen.fact {
                Fact::Sent { from: sender, .. } => from = self.federation.address_text(sender),
                Fact::PathChosen {
                    attendee, asked, ..
                }
                | Fact::AttendeeDone {
                    attendee, asked, ..
                } => {
                    if first.is_none_or(|(known, _)| attendee < known) {
                        first = Some((attendee, asked));
                    }
                    if !attendees.contains(&attendee) {
                        attendees.push(attendee);
                    }
                }
                _ => {}
            }
        }
        let to = match first {
            None => "nobody".to_owned(),
            Some((_, asked)) => self.federation.address_text(asked),
        };
        match attendees.len() {
            0 | 1 => format!("{from} → {to}"),
            n => format!("{from} → {to} and {} more", n - 1),
        }
    }

    fn outcome(&self) -> String {
        let ends =
            |fact: &Fact| matches!(fact, Fact::RequestDone { .. } | Fact::InFlightAtEnd { .. });
        let last = self.seen.iter().rev().find(|seen| ends(&seen.fact));
        match last {
            Some(last) => self.teller.tell(last).1,
            None => "under way".to_owned(),
        }
    }
}

fn step(draft: &Draft, zero: Instant, place: impl Fn(Party) -> usize) -> Step {
    let since = |at: Instant| at.since(zero);
    let what = match draft.kind {
        Kind::Message {
            from,
            to,
            kind,
            fate,
            sent,
            received,
        } => What::Message(Message {
            from: place(from),
            to: place(to),
            sent: sent.map(since),
            received: received.map(since),
            kind,
            fate,
        }),
        Kind::Note(over) => What::Note { over: place(over) },
        Kind::Outcome => What::Note {
            over: place(Party::Requester),
        },
    };
    Step {
        at: since(draft.at),
        text: draft.text.clone(),
        full: draft.full.clone(),
        what,
        cause: draft.cause,
        call: draft.exchange,
        is_ordinary: draft.is_ordinary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;
    use crate::record::fixture::{federation, journey, request};

    fn lines(ladder: &Ladder) -> Vec<String> {
        let name = |place: usize| ladder.lifelines[place].name.as_str();
        let line = |step: &Step| match step.what {
            What::Message(m) => {
                format!(
                    "{} > {}: {} ({:?})",
                    name(m.from),
                    name(m.to),
                    step.text,
                    m.fate
                )
            }
            What::Note { over } => format!("{}: {}", name(over), step.text),
        };
        ladder.steps.iter().map(line).collect()
    }

    #[test]
    fn a_token_that_is_rejected_is_the_first_decisive_failure() {
        let seen = journey(0, 1, Err(Cause::TokenSignatureUnknown));
        let ladder = Ladder::of(federation(), request(1), &seen);
        assert_eq!(ladder.subject, "ann@contoso.com → bob@fabrikam.com");
        let lines = lines(&ladder);
        let decisive = ladder.decisive.expect("it failed");
        assert_eq!(
            lines[decisive.step], "fabrikam/cas1: rejects the token: InvalidTokenFailedValidation",
            "{lines:#?}"
        );
        assert_eq!(decisive.cause, Cause::TokenSignatureUnknown);
        assert_eq!(ladder.lifelines[decisive.at].name, "fabrikam/cas1");
    }

    #[test]
    fn a_request_that_is_answered_has_no_decisive_failure() {
        let seen = journey(0, 1, Ok(()));
        let ladder = Ladder::of(federation(), request(1), &seen);
        assert_eq!(ladder.decisive, None);
        assert!(ladder.steps.iter().all(|step| step.cause.is_none()));
    }
}
