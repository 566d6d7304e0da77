//! What the tests of the whole model share: from a scenario's text to its observations.
//!
//! It knows no rule of the model: a test that needs an expected number works it out itself.
#![allow(dead_code)] // Each test file is a crate of its own and uses its own part of this.

use fedsim::engine::run::Ended;
use fedsim::engine::{Continue, Span};
use fedsim::model::administration::TranscriptEntry;
use fedsim::model::observation::{Fact, Observation, PathObject, Recorder, RequestIdentity};
use fedsim::model::organization::OrgId;
use fedsim::model::outcome::{AttendeeOutcome, Leg};
use fedsim::model::{Federation, Simulator};
use fedsim::record::{Digest, Fingerprint};
use fedsim::scenario::Scenario;

/// A run with everything that was observed in it.
pub struct Run {
    pub federation: Federation,
    pub observations: Vec<Observation>,
    /// What administrators did.
    pub transcript: Vec<TranscriptEntry>,
    pub ended: Ended,
    /// Requests without an answer at the end.
    pub in_flight: usize,
    /// Rows of what was still under way at the end.
    pub rows_in_use: usize,
}

/// Keeps every observation, and every statement of a script.
#[derive(Default)]
pub struct Keep(pub Vec<Observation>, pub Vec<TranscriptEntry>);

impl Recorder for Keep {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        self.0.push(*observation);
    }

    fn transcribe(&mut self, _: &Federation, entry: &TranscriptEntry) {
        self.1.push(entry.clone());
    }
}

/// Compiles a scenario's text.
///
/// Panics with the diagnostics if it has errors.
pub fn compile(text: &str) -> Federation {
    let scenario = Scenario::parse(text, "test.toml");
    let compiled = scenario.and_then(|scenario| scenario.compile());
    match compiled {
        Ok(compiled) => compiled.federation,
        Err(found) => panic!("{}\n{text}", found.render_plain()),
    }
}

/// Compiles and runs a scenario's file, with the files that it names.
///
/// Panics with the diagnostics if it has errors.
pub fn run_file(path: &std::path::Path) -> Run {
    let compiled = Scenario::load(path).and_then(|scenario| scenario.compile());
    let compiled = compiled.unwrap_or_else(|found| panic!("{}", found.render_plain()));
    run_compiled(compiled.federation, 0)
}

/// Compiles and runs a scenario's text.
pub fn run(text: &str) -> Run {
    run_replication(text, 0)
}

/// Compiles a scenario's text and runs one of its replications.
pub fn run_replication(text: &str, replication: u32) -> Run {
    run_compiled(compile(text), replication)
}

/// Runs a replication of a federation.
pub fn run_compiled(federation: Federation, replication: u32) -> Run {
    let done = Simulator::new(&federation, replication, Keep::default()).run(|_, _| Continue::Yes);
    Run {
        // As it is at the end: cmdlets add names and objects that observations speak of.
        federation: done.federation,
        observations: done.recorder.0,
        transcript: done.recorder.1,
        ended: done.ended,
        in_flight: done.in_flight,
        rows_in_use: done.rows_in_use,
    }
}

impl Run {
    /// The request that prints as `contoso/first#1`.
    pub fn request(&self, name: &str) -> RequestIdentity {
        let mut requests = self.federation.requests.iter().map(|row| row.identity);
        requests
            .find(|&request| self.federation.request_name(request) == name)
            .unwrap_or_else(|| panic!("there is no request `{name}`"))
    }

    /// What happened to one request, in order.
    pub fn facts(&self, request: RequestIdentity) -> impl Iterator<Item = &Fact> {
        let of_request = move |o: &&Observation| o.request == request;
        self.observations.iter().filter(of_request).map(|o| &o.fact)
    }

    /// How long the client of a request waited.
    pub fn latency(&self, request: RequestIdentity) -> Option<Span> {
        self.facts(request).find_map(|fact| match fact {
            Fact::RequestDone { latency, .. } => Some(*latency),
            _ => None,
        })
    }

    /// The outcomes of a request's attendees, by attendee.
    pub fn outcomes(&self, request: RequestIdentity) -> Vec<AttendeeOutcome> {
        let mut outcomes: Vec<(u16, AttendeeOutcome)> = self
            .facts(request)
            .filter_map(|fact| match *fact {
                Fact::AttendeeDone {
                    attendee, outcome, ..
                } => Some((attendee, outcome)),
                _ => None,
            })
            .collect();
        outcomes.sort_by_key(|(attendee, _)| *attendee);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    }

    /// The organization of this name.
    pub fn organization(&self, name: &str) -> OrgId {
        let table = &self.federation.organizations;
        table
            .ids()
            .find(|&id| *table.original(id).name == *name)
            .unwrap_or_else(|| panic!("there is no organization `{name}`"))
    }

    /// The digest of everything.
    pub fn digest(&self) -> Fingerprint {
        self.digests().total()
    }

    /// The digest of one organization's requests.
    pub fn digest_of(&self, organization: &str) -> Fingerprint {
        self.digests().of(self.organization(organization))
    }

    fn digests(&self) -> Digest {
        let mut digest = Digest::new();
        for observation in &self.observations {
            digest.observe(&self.federation, observation);
        }
        for entry in &self.transcript {
            digest.transcribe(&self.federation, entry);
        }
        digest
    }
}

/// How often each thing happened that costs something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Groups dispatched to other organizations.
    pub groups: u32,
    /// Delegation tokens issued for free/busy.
    pub free_busy_tokens: u32,
    /// Delegation tokens issued for Autodiscover.
    pub autodiscover_tokens: u32,
    /// Delegation tokens used again.
    pub reused_tokens: u32,
    /// OAuth tokens issued.
    pub oauth_tokens: u32,
    /// Autodiscover calls that left.
    pub autodiscover_calls: u32,
    /// Availability calls that left.
    pub availability_calls: u32,
}

impl Count {
    /// Counts what happened.
    pub fn of<'a>(facts: impl Iterator<Item = &'a Fact>) -> Count {
        let mut count = Count::default();
        for fact in facts {
            let counter = match fact {
                Fact::GroupDispatched { path, .. } if *path != PathObject::Local => {
                    &mut count.groups
                }
                Fact::TokenIssued { leg, .. } => match leg {
                    Leg::AutodiscoverToken => &mut count.autodiscover_tokens,
                    _ => &mut count.free_busy_tokens,
                },
                Fact::TokenReused { .. } => &mut count.reused_tokens,
                Fact::OAuthTokenIssued { .. } => &mut count.oauth_tokens,
                Fact::LegStarted { leg, .. } => match leg {
                    Leg::Autodiscover => &mut count.autodiscover_calls,
                    Leg::Availability => &mut count.availability_calls,
                    _ => continue,
                },
                _ => continue,
            };
            *counter += 1;
        }
        count
    }
}
