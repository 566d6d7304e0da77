//! What repairs a failure: for each cause who can act, which values decide it, and the steps of the
//! repair, with what the world calls things filled in.
//!
//! It knows no run: whether a repair cures is for the what-if to prove. Invariant: every cause has a
//! treatment (a test holds it); a step whose place-holders the world cannot
//! fill makes its remedy inapplicable, and the next one is taken.

mod access;
mod asking;
mod fill;
mod gate;
mod oauth;
mod states;
mod token;
mod transport;
mod vocabulary;
mod way;

use std::fmt;

use crate::engine::{Instant, Span};
use crate::model::cause::Cause;
use crate::model::outcome::words;
use crate::record::naming::organization_name;

use super::case::Case;

pub use fill::path as filled_path;
pub(in crate::diagnosis) use vocabulary::longest_window;
pub use vocabulary::{PlaceHolder, place_holders};

/// Who can act so that a failure goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Administrators of the organization that asks.
    RequesterAdministrator,
    /// Administrators of the organization that is asked.
    TargetAdministrator,
    /// Administrators of the organization where the failure lies: it happens on either side.
    LocalAdministrator,
    /// Administrators of both.
    BothAdministrators,
    /// Whoever runs DNS.
    DnsOperator,
    /// Whoever runs the network: links, firewalls, proxies.
    NetworkOperator,
    /// The operator of the gateway.
    GatewayOperator,
    /// The user or the program that asks.
    Requester,
    /// Nobody: it passes.
    Wait,
}

words!(Actor {
    RequesterAdministrator => "requester-administrator", TargetAdministrator => "target-administrator",
    LocalAdministrator => "local-administrator", BothAdministrators => "both-administrators",
    DnsOperator => "dns-operator", NetworkOperator => "network-operator",
    GatewayOperator => "gateway-operator", Requester => "requester", Wait => "wait",
});

/// In which organization cmdlets are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the one that asks.
    Requester,
    /// In the one that is asked.
    Target,
    /// In the one where the failure lies.
    Here,
}

/// One step of a remedy, as it stands in the table: `{…}` are place-holders.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Cmdlets, one a line.
    Cmdlets(Where, &'static str),
    /// Cmdlets in the shell of the server where the failure was found.
    OnServer(Where, &'static str),
    /// What somebody does outside the modelled cmdlets, in words or as the real command; and the keys of
    /// the scenario that say it, one a line.
    Change(&'static str, &'static str),
    /// The same for what cannot change in a run: it holds from the start.
    Build(&'static str, &'static str),
    /// The request is asked differently.
    Ask(&'static str, Asking),
    /// Time passes.
    Wait(&'static str),
}

/// How a request is asked differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// For this attendee alone.
    OnlyTheAttendee,
    /// For the members of the group, one by one: the first stands for them.
    AMemberOfTheGroup,
    /// For an address that exists: the nearest.
    NearestAddress,
    /// For somebody at all.
    Somebody,
    /// With a window of so many days.
    WindowOfDays(u32),
    /// With the longest window that the server of the mailbox answers.
    WindowOfTheServer,
    /// With a merged interval of half an hour.
    HalfHours,
    /// By a user who has a mailbox.
    AsAMailbox,
}

/// What has to pass before a repair shows, after its last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Active Directory's replication in both organizations.
    Replication,
    /// What worker processes remember of relationships, identifiers and permissions.
    RelationshipCache,
    /// What resolvers remember.
    ResolverCaches,
    /// What worker processes remember of service addresses.
    ServiceAddresses,
    /// What worker processes remember of address spaces.
    AddressSpaces,
    /// A certificate's way to all servers.
    CertificateDistribution,
    /// An application pool that starts.
    PoolStart,
    /// A run of the assistant that follows policies.
    PolicyAssistant,
}

/// One way to repair a cause.
#[derive(Clone, Copy, Debug)]
pub struct Remedy {
    /// In which worlds it is the way.
    pub when: fn(&Case<'_>) -> bool,
    /// When that is, in words; blank: always.
    pub when_text: &'static str,
    /// Who can act.
    pub actor: Actor,
    /// What is done, in order.
    pub steps: &'static [Step],
    /// What has to pass afterwards.
    pub passing: &'static [Passing],
}

/// What there is to say about a cause beyond what it is.
#[derive(Clone, Copy, Debug)]
pub struct Treatment {
    /// Keys of the scenario whose values decide it, with place-holders.
    pub decided_by: &'static [&'static str],
    /// Ways to repair it; the first that fits the world is taken.
    pub remedies: &'static [Remedy],
}

/// A remedy that a world has filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The cause that it repairs.
    pub cause: Cause,
    /// Who can act.
    pub actor: Actor,
    /// What is done, in order.
    pub actions: Vec<Action>,
    /// What has to pass afterwards, and the sum of it.
    pub passing: Vec<(Passing, Span)>,
}

/// A step that a world has filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// An administrator carries out cmdlets.
    Cmdlets {
        /// In this organization.
        organization: String,
        /// In the shell of this server; none: any.
        server: Option<String>,
        /// The script.
        script: String,
    },
    /// Somebody changes something that no modelled cmdlet changes.
    Change {
        /// What, in words or as the real command.
        shown: String,
        /// As keys of the scenario.
        keys: Vec<String>,
        /// It holds from the start of the run, because it cannot change in one.
        from_start: bool,
    },
    /// The request is asked differently.
    Ask {
        /// How, in words.
        shown: String,
        /// How, for the what-if.
        asking: Asking,
    },
    /// Time passes.
    Wait {
        /// Until what, in words.
        shown: String,
    },
}

impl Repair {
    /// All remedies for a case that fit its world, the likeliest first.
    pub fn all(case: &Case<'_>) -> Vec<Repair> {
        let remedies = treatment(case.failure.cause).remedies.iter();
        let mut all: Vec<Repair> = remedies
            .filter_map(|remedy| fill::fill(remedy, case))
            .collect();
        all.dedup();
        all
    }

    /// Waiting for a fault that goes on to pass.
    pub fn passes(cause: Cause, fault: &str) -> Repair {
        Repair {
            cause,
            actor: Actor::Wait,
            actions: vec![Action::Wait {
                shown: format!("the fault `{fault}` has passed"),
            }],
            passing: Vec::new(),
        }
    }

    /// How long it takes after its last step until it shows everywhere.
    pub fn settles_in(&self) -> Span {
        let spans = self.passing.iter().map(|passing| passing.1);
        spans.fold(Span::ZERO, |sum, span| sum + span)
    }

    /// Whether cmdlets alone carry it out.
    pub fn is_by_cmdlets(&self) -> bool {
        let is_cmdlets = |action: &Action| matches!(action, Action::Cmdlets { .. });
        self.actions.iter().all(is_cmdlets)
    }

    /// Whether nobody does anything.
    pub fn is_waiting(&self) -> bool {
        let waits = |action: &Action| matches!(action, Action::Wait { .. });
        self.actions.iter().all(waits)
    }

    /// How the request is asked differently, if it is.
    pub fn asking(&self) -> Option<Asking> {
        self.actions.iter().find_map(|action| match action {
            Action::Ask { asking, .. } => Some(*asking),
            _ => None,
        })
    }

    /// The entries of a time line that carry it out from an instant on, as a scenario spells them.
    pub fn time_line(&self, at: Instant) -> String {
        let at = crate::scenario::show::instant_text(at);
        let mut text = String::new();
        for action in &self.actions {
            match action {
                Action::Cmdlets {
                    organization,
                    server,
                    script,
                } => {
                    text.push_str(&format!("[[timeline]]\nat = {at}\n"));
                    text.push_str(&format!("org = {}\n", toml_text(organization)));
                    if let Some(server) = server {
                        text.push_str(&format!("server = {}\n", toml_text(server)));
                    }
                    text.push_str(&format!("run = {}\n\n", toml_lines(script)));
                }
                Action::Change {
                    keys,
                    from_start: false,
                    shown,
                } => {
                    text.push_str(&format!("# {shown}\n[[timeline]]\nat = {at}\n"));
                    for key in keys {
                        text.push_str(&format!("set.{key}\n"));
                    }
                    text.push('\n');
                }
                Action::Change { .. } | Action::Ask { .. } | Action::Wait { .. } => {}
            }
        }
        text
    }

    /// Values that hold from the start of the run.
    pub fn settings(&self) -> Vec<String> {
        let keys = self.actions.iter().filter_map(|action| match action {
            Action::Change {
                keys,
                from_start: true,
                ..
            } => Some(keys),
            _ => None,
        });
        keys.flatten().cloned().collect()
    }
}

/// A text as a TOML string of one line.
fn toml_text(text: &str) -> String {
    crate::scenario::patch::quoted(text)
}

/// A text as a TOML string over several lines; literal, if it can be.
fn toml_lines(text: &str) -> String {
    match text.contains("'''") {
        true => toml_text(text),
        false => format!("'''\n{}\n'''", text.trim_end()),
    }
}

impl Actor {
    /// Who that is in a case, by name.
    pub fn named(self, case: &Case<'_>) -> String {
        let name = |organization| organization_name(case.federation, organization).to_owned();
        let target = case.target.map_or("the partner".to_owned(), name);
        let requester = name(case.requester());
        let administrator = |of: &str| format!("administrator of {of}");
        match self {
            Actor::RequesterAdministrator => administrator(&requester),
            Actor::TargetAdministrator => administrator(&target),
            Actor::LocalAdministrator => {
                let here = case.here().map_or("the organization".to_owned(), name);
                administrator(&here)
            }
            Actor::BothAdministrators => format!("administrators of {requester} and {target}"),
            Actor::DnsOperator => "operator of DNS".to_owned(),
            Actor::NetworkOperator => "operator of the network".to_owned(),
            Actor::GatewayOperator => "operator of the gateway".to_owned(),
            Actor::Requester => "whoever asks".to_owned(),
            Actor::Wait => "nobody: it passes".to_owned(),
        }
    }
}

impl Passing {
    /// What that is, in words.
    pub fn text(self) -> &'static str {
        match self {
            Passing::Replication => "Active Directory replication",
            Passing::RelationshipCache => "copies that worker processes keep of relationships",
            Passing::ResolverCaches => "answers that resolvers remember",
            Passing::ServiceAddresses => "service addresses that worker processes remember",
            Passing::AddressSpaces => "address spaces that worker processes remember",
            Passing::CertificateDistribution => "the certificate's way to all servers",
            Passing::PoolStart => "an application pool that starts",
            Passing::PolicyAssistant => "a run of the assistant that follows sharing policies",
        }
    }
}

impl fmt::Display for Passing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Treatment {
    /// Who can act in most worlds: that of the first remedy.
    pub fn actor(&self) -> Actor {
        self.remedies[0].actor
    }
}

/// The causes that no attendee of any request shows, and why. The service has a result for each of them, and the
/// model tests for it; but what stands before it lets none through, or it is told otherwise.
pub const NEVER_SEEN: &[(Cause, &str)] = &[
    (
        Cause::RequestWithoutAttendees,
        "a cause is shown by an attendee, and a request that is refused for this has none: it counts as a failed \
         request",
    ),
    (
        Cause::PublishingHeaderAltered,
        "it meets messages without a token, which only cmdlets send: Get-FederationInformation tells it; a message \
         with a token loses the token, and shows `token.malformed`",
    ),
    (
        Cause::TokenSubjectMissing,
        "the gateway puts a subject into every token that it issues; one that does not is not modelled",
    ),
    (
        Cause::TokenOfferMismatch,
        "a server asks for a token of the offer that its own call needs, and the gateway issues what was asked for",
    ),
    (
        Cause::TokenEmailMissing,
        "a user without a federated address is refused by the user's own server \
         (`requester.no-federated-address`), before a token is asked for",
    ),
];

/// The treatment of a cause.
pub fn treatment(cause: Cause) -> &'static Treatment {
    let tables = [
        access::treatment,
        asking::treatment,
        gate::treatment,
        oauth::treatment,
        states::treatment,
        token::treatment,
        transport::treatment,
        way::treatment,
    ];
    let mut found = tables.iter().filter_map(|table| table(cause));
    found
        .next()
        .expect("a test holds that each cause has a treatment")
}

/// What domain controllers and worker processes remember of the configuration.
const CONFIGURATION: &[Passing] = &[Passing::Replication, Passing::RelationshipCache];

/// Always the way.
fn always(_: &Case<'_>) -> bool {
    true
}

/// A remedy that fits every world.
macro_rules! remedy {
    ($actor:expr, $steps:expr, $passing:expr $(,)?) => {
        $crate::diagnosis::repair::Remedy {
            when: $crate::diagnosis::repair::always,
            when_text: "",
            actor: $actor,
            steps: $steps,
            passing: $passing,
        }
    };
}

/// A remedy that fits some worlds.
macro_rules! remedy_when {
    ($when:expr, $when_text:expr, $actor:expr, $steps:expr, $passing:expr $(,)?) => {
        $crate::diagnosis::repair::Remedy {
            when: $when,
            when_text: $when_text,
            actor: $actor,
            steps: $steps,
            passing: $passing,
        }
    };
}

/// A treatment: what decides, and the remedies.
macro_rules! treated {
    ($decided_by:expr, $remedies:expr $(,)?) => {
        $crate::diagnosis::repair::Treatment {
            decided_by: $decided_by,
            remedies: $remedies,
        }
    };
}

use {remedy, remedy_when, treated};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::CAUSES;

    #[test]
    fn each_cause_has_one_treatment_with_a_value_that_decides_it_and_a_remedy() {
        for row in CAUSES {
            let tables = [
                access::treatment,
                asking::treatment,
                gate::treatment,
                oauth::treatment,
                states::treatment,
                token::treatment,
                transport::treatment,
                way::treatment,
            ];
            let found = tables.iter().filter_map(|table| table(row.cause));
            assert_eq!(found.count(), 1, "{}", row.id);
            let treatment = treatment(row.cause);
            assert!(!treatment.remedies.is_empty(), "{}", row.id);
            assert!(!treatment.decided_by.is_empty(), "{}", row.id);
        }
    }
}
