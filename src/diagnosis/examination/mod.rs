//! The two-sided examination: for each pair of organizations that wants to share, whether what the objects
//! of one say fits what the objects of the other say.
//!
//! Each fault is found by the very rule that a request would meet; then what is wrong is put right in a
//! copy, and the rule is asked again, until nothing is left to find. It simulates nothing and knows nothing
//! of load, chance, and what the time line changes: it sees the world at the start of the run, and of later
//! instants the dates that stand in it already. Invariant: a finding names a place, an actor and a
//! remedy, and no finding is an error unless a request would meet it.

mod call;
mod endpoint;
mod finding;
mod gathering;
mod grant;
mod invitation;
mod issue;
mod lookup;
mod other_paths;
mod places;
mod reach;
mod remedy;
mod sender;
mod token;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{DrawKeys, Instant};
use crate::model::Federation;
use crate::model::address::Url;
use crate::model::directory::{MailboxKey, MailboxView};
use crate::model::names::NameId;
use crate::model::organization::{OrgId, Server, ServerId, ServerState};
use crate::model::outcome::Asks;
use crate::model::publishing::CallerAuthentication;
use crate::scenario::Table;

pub use finding::{Acts, Direction, Finding, OWN_CHECKS, Operator, OwnCheck, Severity, Step};
pub use gathering::Unexamined;
pub use remedy::ActionList;

use finding::Fault;

/// What an examination found.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// All findings, the worst first, then by place.
    pub findings: Vec<Finding>,
    /// How many directions, from who asks to who is asked, were examined.
    pub directions: usize,
    /// What was not.
    pub unexamined: Unexamined,
    /// What each actor has to do, in order, each step once.
    pub actions: Vec<ActionList>,
}

impl Examination {
    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_severity = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of_severity).count()
    }
}

/// Examines a federation; `tree` is the effective tree that it was compiled from, for places.
pub fn examine(federation: &Federation, tree: &Table) -> Examination {
    let mut gathered = gathering::gather(federation);
    gathered.unexamined.changes =
        tree.tables("timeline").count() + tree.named("fault").count() + federation.scripts.len();
    let mut examiner = Examiner {
        federation,
        tree,
        keys: federation.draw_keys(0),
        start: federation.start,
        end: federation.limits.horizon,
        found: BTreeMap::new(),
        federation_faults: BTreeMap::new(),
        called: BTreeMap::new(),
    };
    for lookup in &gathered.lookups {
        examiner.examine_lookup(lookup);
    }
    for &(one, other) in &gathered.one_sided {
        examiner.examine_one_sided(one, other);
    }
    let directions: BTreeSet<(OrgId, OrgId)> = gathered
        .lookups
        .iter()
        .map(|lookup| (lookup.requester, lookup.target))
        .collect();
    let mut findings: Vec<Finding> = examiner.found.into_values().collect();
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.severity, finding.place, finding.id);
        key(a).cmp(&key(b)).then_with(|| a.subject.cmp(&b.subject))
    });
    Examination {
        actions: remedy::action_lists(federation, &findings),
        findings,
        directions: directions.len(),
        unexamined: gathered.unexamined,
    }
}

/// What tells a call from others: between whom, to what address; how, for what, made out to whom.
type CallKey = (
    (ServerId, OrgId, Url, endpoint::Service),
    (CallerAuthentication, Asks, Option<NameId>),
);

/// An examination under way.
struct Examiner<'a> {
    federation: &'a Federation,
    tree: &'a Table,
    keys: DrawKeys,
    /// The instant whose world is examined.
    start: Instant,
    /// The end of the run: dates up to it matter.
    end: Instant,
    /// By what is wrong, with what, and who acts.
    found: BTreeMap<(&'static str, String, Acts), Finding>,
    /// What keeps federation off at a server, now or later.
    federation_faults: BTreeMap<ServerId, Vec<Fault>>,
    /// What calls met, and the servers that took them, so that each is examined once.
    called: BTreeMap<CallKey, (Vec<Fault>, Vec<ServerId>)>,
}

/// For whom a fault is told, and how bad it is at most.
#[derive(Clone, Copy, Debug)]
struct Context {
    direction: Direction,
    /// A fault on a path that another one stands in for is no error.
    at_most: Severity,
}

impl<'a> Examiner<'a> {
    /// Notes a fault that a direction meets.
    fn report(&mut self, context: Context, fault: Fault) {
        let key = (fault.id, fault.subject.clone(), fault.acts);
        let severity = fault.severity.max(context.at_most);
        let finding = self.found.entry(key).or_insert_with(|| Finding {
            id: fault.id,
            severity,
            cause: fault.cause,
            acts: fault.acts,
            operator: fault.operator,
            subject: fault.subject,
            message: fault.message,
            label: fault.label,
            place: fault.place,
            also: fault.also,
            from: fault.from,
            directions: BTreeSet::new(),
            steps: fault.steps,
        });
        // Those count whom it hits the hardest.
        if severity < finding.severity {
            finding.severity = severity;
            finding.directions.clear();
        }
        if severity == finding.severity {
            finding.directions.insert(context.direction);
        }
    }

    fn report_all(&mut self, context: Context, faults: Vec<Fault>) {
        for fault in faults {
            self.report(context, fault);
        }
    }

    fn server(&self, id: ServerId) -> &'a Server {
        self.federation.servers.at(id, self.start)
    }

    fn mailbox(&self, organization: OrgId, key: MailboxKey) -> MailboxView<'a> {
        let federation = self.federation;
        federation.mailbox(organization, key, self.start, &self.keys)
    }

    fn name(&self, name: NameId) -> &'a str {
        self.federation.names.text(name)
    }

    fn organization_name(&self, id: OrgId) -> &'a str {
        &self.federation.organizations.original(id).name
    }

    fn is_up(&self, server: ServerId) -> bool {
        self.server(server).state == ServerState::Up
    }
}
