//! The steps of one exchange: name, connection, question, answer, and what did not arrive.
//!
//! It knows nothing of decisions: those are observations of their own. Invariant: an exchange has the
//! steps that it came to, and the last of them tells why there are no more.

use crate::model::cause::Cause;
use crate::model::observation::{Fact, NameAnswer};
use crate::record::walk::telling::answered;

use super::drafts::{Draft, Drafts, Kind};
use super::exchange::{Exchange, Seen};
use super::parties::Party;
use super::{Fate, MessageKind};

impl Drafts<'_> {
    /// The steps of one exchange.
    pub(super) fn draft_exchange(&mut self, number: usize) {
        let exchange = self.exchanges[number];
        let call = Call {
            there: self.parties.addressee(&exchange),
            name: self.name_of(exchange.group, exchange.leg),
            cause: exchange.failure().map(|failure| failure.cause),
            number,
            exchange,
        };
        if self.draft_name(&call) && self.draft_connection(&call) && self.draft_question(&call) {
            self.draft_answer(&call);
        }
    }

    /// The name, if it had to be resolved. Whether the exchange went on.
    fn draft_name(&mut self, call: &Call) -> bool {
        let Some((seen, answer, _)) = call.exchange.resolved else {
            return true;
        };
        let fate = match answer {
            NameAnswer::Found => Fate::Fine,
            NameAnswer::NotFound | NameAnswer::ServerFailure => Fate::Failed,
            NameAnswer::Silent => Fate::Lost,
        };
        let message = Message {
            to: Party::Resolver,
            kind: MessageKind::RoundTrip,
            fate,
            sent: Some(call.exchange.started),
            received: Some(seen),
            ..call.message()
        };
        let host = self.federation.names.text(call.exchange.host);
        let text = format!("{host} {}", answered(answer));
        let is_found = answer == NameAnswer::Found;
        let cause = call.cause.filter(|_| !is_found);
        self.add(call, seen, message, text, cause);
        is_found
    }

    /// The connection, if there was none yet. Whether the exchange went on.
    fn draft_connection(&mut self, call: &Call) -> bool {
        let resolved = call.exchange.resolved.map(|(seen, ..)| seen);
        let from = resolved.unwrap_or(call.exchange.started);
        let message = Message {
            kind: MessageKind::RoundTrip,
            sent: Some(from),
            ..call.message()
        };
        if let Some((connected, round_trips)) = call.exchange.connected {
            if round_trips > 0 {
                let message = Message {
                    received: Some(connected),
                    ..message
                };
                let trips = if round_trips == 1 { "trip" } else { "trips" };
                let text = format!("connects: {round_trips} round {trips}");
                self.add(call, connected, message, text, None);
            }
            return true;
        }
        // What was taken had a connection, whoever saw it.
        if call.exchange.arrived.is_some() {
            return true;
        }
        // A run may end, or a group be given up, while a handshake is under way.
        let fate = call.cause.map_or(Fate::Lost, fate_of);
        let end = call.exchange.ended.map(|(seen, _)| seen);
        let message = Message {
            fate,
            received: end.filter(|_| fate == Fate::Failed),
            ..message
        };
        let host = self.federation.names.text(call.exchange.host);
        let text = format!("{}: connects to {host}", call.name);
        self.add(call, from, message, text, call.cause);
        if fate == Fate::Lost {
            self.give_up(call, "gives up connecting");
        }
        false
    }

    /// The question. Whether there is more to tell.
    fn draft_question(&mut self, call: &Call) -> bool {
        let connected = call.exchange.connected.map(|(seen, _)| seen);
        let taken = call.exchange.arrived.map(|(seen, _)| seen);
        let Some(told) = connected.or(taken) else {
            return false;
        };
        // Of what was lost without a trace, the question or the answer did not arrive.
        let was_taken = call.exchange.arrived.is_some() || call.exchange.granted.is_some();
        let is_lost = !was_taken && call.cause == Some(Cause::NetworkLost);
        let message = Message {
            fate: if is_lost { Fate::Lost } else { Fate::Fine },
            sent: connected,
            received: taken,
            ..call.message()
        };
        let text = format!("{}: request", call.name);
        self.add(call, told, message, text, call.cause.filter(|_| is_lost));
        if is_lost {
            self.give_up(call, "gives up waiting");
        }
        !is_lost
    }

    fn draft_answer(&mut self, call: &Call) {
        let end = call.exchange.ended.map(|(seen, _)| seen);
        let sent = call.exchange.granted.map(|(seen, ..)| seen);
        let answer = Message {
            from: call.there,
            to: Party::Requester,
            kind: MessageKind::Answer,
            sent,
            received: end,
            ..call.message()
        };
        let name = &call.name;
        let told = sent.or(end);
        match (told, call.cause) {
            (Some(told), None) if end.is_some() => {
                let result = match (call.exchange.granted, call.exchange.discovered) {
                    (Some(_), _) => "issued".to_owned(),
                    (None, Some(place)) => self.discovery(place),
                    (None, None) => "answer".to_owned(),
                };
                self.add(call, told, answer, format!("{name}: {result}"), None);
            }
            (Some(told), Some(cause)) if fate_of(cause) == Fate::Lost => {
                let lost = Message {
                    fate: Fate::Lost,
                    received: None,
                    ..answer
                };
                // A gateway that stalls, and a target that is too slow, have not answered at all.
                if cause == Cause::NetworkLost {
                    self.add(call, told, lost, format!("{name}: answer"), Some(cause));
                }
                self.give_up(call, "gives up waiting");
            }
            (Some(told), Some(cause)) => {
                let is_token = call.exchange.is_for_token();
                let result = if is_token { "refused" } else { "failed" };
                let failed = Message {
                    fate: Fate::Failed,
                    ..answer
                };
                self.add(call, told, failed, format!("{name}: {result}"), Some(cause));
            }
            _ => {}
        }
        if let Some(seen) = call.exchange.wasted {
            let late = Message {
                fate: Fate::Late,
                received: Some(seen),
                ..answer
            };
            self.add(call, seen, late, format!("{name}: answer, too late"), None);
        }
    }

    /// The requester learns that nothing comes.
    fn give_up(&mut self, call: &Call, what: &str) {
        if let Some((seen, _)) = call.exchange.ended {
            let text = format!("{}: {what}", call.name);
            let draft = self.draft_of(call, seen, Kind::Note(Party::Requester), text, call.cause);
            self.drafts.push(draft);
        }
    }

    fn add(
        &mut self,
        call: &Call,
        told: Seen,
        message: Message,
        text: String,
        cause: Option<Cause>,
    ) {
        let kind = Kind::Message {
            from: message.from,
            to: message.to,
            kind: message.kind,
            fate: message.fate,
            sent: message.sent.map(|seen| seen.at),
            received: message.received.map(|seen| seen.at),
        };
        let mut draft = self.draft_of(call, told, kind, text, cause);
        draft.at = message.sent.unwrap_or(told).at;
        draft.is_ordinary = cause.is_none() && message.kind == MessageKind::RoundTrip;
        self.drafts.push(draft);
    }

    fn draft_of(
        &self,
        call: &Call,
        told: Seen,
        kind: Kind,
        text: String,
        cause: Option<Cause>,
    ) -> Draft {
        let (_, full) = self.teller.tell(&self.seen[told.place]);
        Draft {
            at: told.at,
            place: told.place,
            target: self.parties.of_group.get(&call.exchange.group).copied(),
            exchange: Some(call.number),
            kind,
            text,
            full,
            cause,
            is_ordinary: false,
        }
    }

    /// What Autodiscover said, short.
    fn discovery(&self, place: usize) -> String {
        match self.seen[place].fact {
            Fact::Discovered { url: Some(url), .. } => {
                format!("EWS is at {}", self.federation.names.text(url.host))
            }
            Fact::Discovered {
                redirect: Some(_), ..
            } => "another address".to_owned(),
            _ => "no URL".to_owned(),
        }
    }
}

/// An exchange with what its steps have in common.
struct Call {
    number: usize,
    exchange: Exchange,
    /// Whom it is directed at.
    there: Party,
    /// What its leg is called.
    name: String,
    cause: Option<Cause>,
}

/// A message between parties.
#[derive(Clone, Copy)]
struct Message {
    from: Party,
    to: Party,
    kind: MessageKind,
    fate: Fate,
    sent: Option<Seen>,
    received: Option<Seen>,
}

impl Call {
    /// What a message of this call is unless something else is said.
    fn message(&self) -> Message {
        Message {
            from: Party::Requester,
            to: self.there,
            kind: MessageKind::Call,
            fate: Fate::Fine,
            sent: None,
            received: None,
        }
    }
}

/// What becomes of a message that a cause stops.
fn fate_of(cause: Cause) -> Fate {
    match cause {
        Cause::NetworkDropped
        | Cause::NetworkUnreachable
        | Cause::NetworkLost
        | Cause::ProxyUnreachable
        | Cause::DnsTimeout
        | Cause::DeadlineAtOwnServer
        | Cause::DeadlineAtToken
        | Cause::DeadlineAtAutodiscover
        | Cause::DeadlineAtAvailability
        | Cause::DeadlineAtConnection => Fate::Lost,
        _ => Fate::Failed,
    }
}
