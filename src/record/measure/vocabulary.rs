//! The vocabulary of measures: metrics and labels.
//!
//! It knows nothing of how a measure is spelled or counted. Invariant: the tables here are the only
//! place where a metric or a label is named; parser, reference and suggestions follow from them.

use std::fmt;

use crate::model::outcome::words;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Requests.
    Requests,
    /// Groups.
    Groups,
    /// Attendees.
    Attendees,
    /// Issued delegation tokens.
    Tokens,
    /// Refused delegation tokens.
    TokensRefused,
    /// Calls to Autodiscover.
    AutodiscoverCalls,
    /// Calls to the Availability service of a target.
    AvailabilityCalls,
    /// Names that were resolved.
    Names,
    /// Answers that came too late.
    Wasted,
    /// Local folders of shared calendars, each time a run of synchronization ends.
    Folders,
    /// Statements of administrators' scripts.
    Statements,
    /// Scripts that were not at their end when the run was.
    UnfinishedScripts,
    /// The whole run.
    Run,
}

/// What is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// How many.
    Count,
    /// The bytes of all of them.
    Bytes,
    /// The share of successes.
    Rate,
    /// The mean response time.
    Mean,
    /// The response time that so many percent do not exceed.
    Percentile(u32),
    /// The longest response time.
    Maximum,
    /// The instant of the first.
    First,
    /// The instant of the last.
    Last,
    /// The fingerprint of everything.
    Digest,
}

/// What kind of value a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain number.
    Count,
    /// A number of bytes.
    Bytes,
    /// A share from 0 to 100 %.
    Share,
    /// A length of time.
    Span,
    /// An instant.
    Instant,
    /// A fingerprint.
    Digest,
}

/// By what a metric can be narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // The table of labels below says what each is.
pub enum Label {
    Outcome,
    Cause,
    Code,
    Inner,
    Side,
    Layer,
    Level,
    Offer,
    Gateway,
    Answer,
    Leg,
    Path,
    Org,
    Target,
    Workload,
    Request,
    From,
    Until,
    Shows,
    Script,
    Cmdlet,
    Exception,
    Contains,
}

words!(Label {
    Outcome => "outcome", Cause => "cause", Code => "code", Inner => "inner",
    Side => "side", Layer => "layer", Level => "level", Offer => "offer", Gateway => "gateway", Answer => "answer", Leg => "leg",
    Path => "path", Org => "org", Target => "target", Workload => "workload",
    Request => "request", From => "from", Until => "until", Shows => "shows",
    Script => "script", Cmdlet => "cmdlet", Exception => "exception", Contains => "contains",
});

/// The outcome of a request that has none when the run ends.
pub(super) const IN_FLIGHT: &str = "in-flight";

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// Its name in expectations.
    pub name: &'static str,
    /// What is counted.
    pub subject: Subject,
    /// What is made of it.
    pub statistic: Statistic,
    /// What it is.
    pub definition: &'static str,
    /// What it is a part of; blank for counts.
    pub denominator: &'static str,
    /// What it leaves out.
    pub leaves_out: &'static str,
}

impl Metric {
    /// The metric with this name.
    pub fn find(name: &str) -> Option<&'static Metric> {
        METRICS.iter().find(|metric| metric.name == name)
    }

    /// The kind of its values.
    pub fn kind(&self) -> Kind {
        match self.statistic {
            Statistic::Count => Kind::Count,
            Statistic::Bytes => Kind::Bytes,
            Statistic::Rate => Kind::Share,
            Statistic::Mean | Statistic::Percentile(_) | Statistic::Maximum => Kind::Span,
            Statistic::First | Statistic::Last => Kind::Instant,
            Statistic::Digest => Kind::Digest,
        }
    }

    /// The labels that it can be narrowed by.
    pub fn labels(&self) -> &'static [Label] {
        self.subject.labels()
    }
}

impl Subject {
    /// The labels that this subject has.
    pub fn labels(self) -> &'static [Label] {
        use Label::*;
        match self {
            Subject::Requests => &[Outcome, Org, Workload, Request, From, Until],
            Subject::Groups => &[
                Outcome, Cause, Code, Inner, Side, Layer, Leg, Path, Org, Target, Workload,
                Request, From, Until,
            ],
            Subject::Attendees => &[
                Outcome, Cause, Code, Inner, Side, Layer, Level, Leg, Path, Org, Target, Workload,
                Request, From, Until,
            ],
            Subject::Tokens => &[
                Offer, Gateway, Leg, Path, Org, Target, Workload, Request, From, Until,
            ],
            Subject::TokensRefused => &[
                Cause, Layer, Gateway, Leg, Path, Org, Target, Workload, Request, From, Until,
            ],
            Subject::AutodiscoverCalls | Subject::AvailabilityCalls => {
                &[Path, Org, Target, Workload, Request, From, Until]
            }
            Subject::Names => &[
                Answer, Leg, Path, Org, Target, Workload, Request, From, Until,
            ],
            Subject::Wasted => &[Leg, Path, Org, Target, Workload, Request, From, Until],
            Subject::Folders => &[Shows, Org, Target, Workload, Request, From, Until],
            Subject::Statements => &[
                Outcome, Cmdlet, Exception, Contains, Script, Org, From, Until,
            ],
            Subject::UnfinishedScripts => &[Script, Org],
            Subject::Run => &[Org],
        }
    }

    /// The outcomes that this subject has.
    pub fn outcomes(self) -> &'static [&'static str] {
        match self {
            Subject::Requests => &["complete", "partial", "failed", IN_FLIGHT],
            Subject::Groups => &["answered", "failed"],
            Subject::Attendees => &["view", "answered", "failed"],
            Subject::Statements => &["done", "warned", "failed"],
            _ => &[],
        }
    }
}

impl Label {
    /// What it narrows to, and what its values are.
    pub fn meaning(self) -> &'static str {
        match self {
            Label::Outcome => {
                "requests: complete, partial, failed, in-flight; groups: answered, failed; \
                 attendees: view, answered (MailTips, a photo and the like), failed; statements: done, \
                 warned (no error, but a warning), failed"
            }
            Label::Cause => "the root cause of a failure, such as `token.signature-unknown`",
            Label::Code => {
                "the code that the product shows, by number or name: `5037`, `NoFreeBusyAccess`"
            }
            Label::Inner => "the code inside it, where the product wraps one: `5023` inside 5016",
            Label::Side => "who has to act: client, requester, target, gateway, network",
            Label::Layer => "where the cause lies, such as `dns` or `token`",
            Label::Level => {
                "what is seen of a calendar: AvailabilityOnly, LimitedDetails, Owner; or what else was \
                 got, such as `mail-tips-all`, `photo`, `invitation-limited-details`, `subscription`"
            }
            Label::Offer => "what a token allows, such as `SharingCalendarFreeBusy`",
            Label::Gateway => "the gateway that was asked for a token, by name",
            Label::Answer => "what a name led to: found, not-found, server-failure, silent",
            Label::Leg => "the leg of a group, such as `autodiscover`",
            Label::Path => {
                "how the target is reached: relationship, connector, address-space, \
                 personal-share, local; none: no path was found"
            }
            Label::Org => "the organization that asks, or is administered, by name",
            Label::Target => "the organization that is asked, by name",
            Label::Workload => "the workload that a request belongs to, by name",
            Label::Request => {
                "a request of the scenario by name (`first`), one of its repetitions (`first#2`), \
                 or any request by identity (`contoso/first#2`)"
            }
            Label::From => "at or after this instant, such as `11:05`, `+2 h`, `day 3 09:30`",
            Label::Until => "before this instant",
            Label::Shows => {
                "what a local folder shows: details, times-alone, blank-level-none, \
                 blank-never-synchronized, blank-empty-calendar"
            }
            Label::Script => "a script by name: that of its file, or of its place on the time line",
            Label::Cmdlet => {
                "a cmdlet that the statement names, wherever in it, such as `Get-Mailbox`"
            }
            Label::Exception => {
                "the name of the first error's exception, such as `FederationTrustNotFoundException`"
            }
            Label::Contains => {
                "a text that stands in what the shell showed, or in the first error's text; blanks and \
                 line breaks in a row count as one blank, capital letters count"
            }
        }
    }
}

impl Kind {
    /// How a value of this kind is written, for messages.
    pub fn example(self) -> &'static str {
        match self {
            Kind::Count => "a whole number, e.g. `> 0`",
            Kind::Bytes => "a size, e.g. `< 20 KB`",
            Kind::Share => "a share, e.g. `>= 99.5 %`",
            Kind::Span => "a span, e.g. `< 25 s`",
            Kind::Instant => {
                "an instant, e.g. `before 11:05`, `after +2 h`, `within 5 min of tokens.first`"
            }
            Kind::Digest => {
                "a digest of 32 hexadecimal digits, e.g. `== 5d41402abc4b2a76b9719d911017c592`"
            }
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const fn metric(
    name: &'static str,
    subject: Subject,
    statistic: Statistic,
    definition: &'static str,
    denominator: &'static str,
    leaves_out: &'static str,
) -> Metric {
    Metric {
        name,
        subject,
        statistic,
        definition,
        denominator,
        leaves_out,
    }
}

/// All metrics.
pub const METRICS: &[Metric] = &[
    metric(
        "requests.count",
        Subject::Requests,
        Statistic::Count,
        "requests that clients sent, at the instant of their answer or of the end of the run",
        "",
        "nothing",
    ),
    metric(
        "requests.success_rate",
        Subject::Requests,
        Statistic::Rate,
        "requests of which each attendee has a view, or what else was asked for",
        "answered requests",
        "requests in flight at the end",
    ),
    first(
        "requests.first",
        Subject::Requests,
        "the first answer to a request",
    ),
    last(
        "requests.last",
        Subject::Requests,
        "the last answer to a request",
    ),
    metric(
        "groups.count",
        Subject::Groups,
        Statistic::Count,
        "groups that have an outcome, at its instant",
        "",
        "groups of requests in flight at the end",
    ),
    metric(
        "groups.success_rate",
        Subject::Groups,
        Statistic::Rate,
        "groups that the target answered",
        "groups that have an outcome",
        "groups of requests in flight at the end; mailboxes of the own organization",
    ),
    first(
        "groups.first",
        Subject::Groups,
        "the first outcome of a group",
    ),
    last(
        "groups.last",
        Subject::Groups,
        "the last outcome of a group",
    ),
    metric(
        "attendees.count",
        Subject::Attendees,
        Statistic::Count,
        "attendees that have an outcome, at its instant",
        "",
        "attendees of requests in flight at the end",
    ),
    metric(
        "attendees.success_rate",
        Subject::Attendees,
        Statistic::Rate,
        "attendees of other organizations that have a view, or what else was asked for",
        "attendees of other organizations that have an outcome, those without any path included",
        "attendees of requests in flight at the end; mailboxes of the own organization",
    ),
    first(
        "attendees.first",
        Subject::Attendees,
        "the first outcome of an attendee",
    ),
    last(
        "attendees.last",
        Subject::Attendees,
        "the last outcome of an attendee",
    ),
    metric(
        "tokens.count",
        Subject::Tokens,
        Statistic::Count,
        "delegation tokens that a gateway issued",
        "",
        "OAuth tokens; tokens that were used again; refused ones",
    ),
    metric(
        "tokens.bytes",
        Subject::Tokens,
        Statistic::Bytes,
        "bytes of the answers that carried delegation tokens",
        "",
        "requests for tokens; TLS and TCP overhead",
    ),
    first(
        "tokens.first",
        Subject::Tokens,
        "the issue of the first delegation token",
    ),
    last(
        "tokens.last",
        Subject::Tokens,
        "the issue of the last delegation token",
    ),
    metric(
        "tokens.refused",
        Subject::TokensRefused,
        Statistic::Count,
        "delegation tokens that a gateway refused to issue",
        "",
        "requests that never reached a gateway",
    ),
    metric(
        "autodiscover.calls",
        Subject::AutodiscoverCalls,
        Statistic::Count,
        "calls to Autodiscover of a target that were begun",
        "",
        "its token",
    ),
    metric(
        "availability.calls",
        Subject::AvailabilityCalls,
        Statistic::Count,
        "calls to the Availability service of a target that were begun",
        "",
        "its token; calls of clients",
    ),
    metric(
        "dns.queries",
        Subject::Names,
        Statistic::Count,
        "names that servers asked their resolver for, whatever the answer",
        "",
        "queries between the resolver and the zones' servers",
    ),
    metric(
        "dns.hit_rate",
        Subject::Names,
        Statistic::Rate,
        "names that a resolver answered from its cache",
        "names that servers asked their resolver for",
        "nothing",
    ),
    metric(
        "wasted.calls",
        Subject::Wasted,
        Statistic::Count,
        "answers that came after their request had been given up",
        "",
        "calls that were given up and never answered",
    ),
    metric(
        "folders.count",
        Subject::Folders,
        Statistic::Count,
        "runs of synchronization that have ended, well or not, by what the local folder then shows",
        "",
        "runs that never began, and those that are under way",
    ),
    first(
        "folders.first",
        Subject::Folders,
        "the end of the first run of synchronization",
    ),
    last(
        "folders.last",
        Subject::Folders,
        "the end of the last run of synchronization",
    ),
    metric(
        "statements.count",
        Subject::Statements,
        Statistic::Count,
        "statements of administrators' scripts that were carried out, at the instant at which they ended",
        "",
        "statements that were never begun, and those that are under way",
    ),
    first(
        "statements.first",
        Subject::Statements,
        "the end of the first statement",
    ),
    last(
        "statements.last",
        Subject::Statements,
        "the end of the last statement",
    ),
    metric(
        "scripts.unfinished",
        Subject::UnfinishedScripts,
        Statistic::Count,
        "administrators' scripts that had not ended, or not begun, when the run did",
        "",
        "nothing",
    ),
    metric(
        "latency.mean",
        Subject::Requests,
        Statistic::Mean,
        "mean time from sending a request to receiving its answer, as the client sees it",
        "answered requests",
        "requests in flight at the end",
    ),
    percentile("latency.p50", Subject::Requests, 50),
    percentile("latency.p95", Subject::Requests, 95),
    percentile("latency.p99", Subject::Requests, 99),
    metric(
        "latency.max",
        Subject::Requests,
        Statistic::Maximum,
        "longest time from sending a request to receiving its answer",
        "answered requests",
        "requests in flight at the end",
    ),
    metric(
        "groups.latency.mean",
        Subject::Groups,
        Statistic::Mean,
        "mean time from dispatching a group to its outcome",
        "groups that have an outcome",
        "groups of requests in flight at the end",
    ),
    percentile("groups.latency.p50", Subject::Groups, 50),
    percentile("groups.latency.p95", Subject::Groups, 95),
    percentile("groups.latency.p99", Subject::Groups, 99),
    metric(
        "groups.latency.max",
        Subject::Groups,
        Statistic::Maximum,
        "longest time from dispatching a group to its outcome",
        "groups that have an outcome",
        "groups of requests in flight at the end",
    ),
    metric(
        "digest",
        Subject::Run,
        Statistic::Digest,
        "the fingerprint of everything that was observed, or of what one organization asked and did",
        "",
        "nothing",
    ),
];

const fn first(name: &'static str, subject: Subject, definition: &'static str) -> Metric {
    let statistic = Statistic::First;
    metric(name, subject, statistic, definition, "", UNDER_WAY)
}

const fn last(name: &'static str, subject: Subject, definition: &'static str) -> Metric {
    let statistic = Statistic::Last;
    metric(name, subject, statistic, definition, "", UNDER_WAY)
}

/// What instants leave out.
const UNDER_WAY: &str = "what is under way at the end";

const fn percentile(name: &'static str, subject: Subject, percent: u32) -> Metric {
    let (definition, denominator, leaves_out) = match subject {
        Subject::Groups => (
            "time from dispatch to outcome that so many percent of groups do not exceed",
            "groups that have an outcome",
            "groups of requests in flight at the end",
        ),
        _ => (
            "time from sending to answer that so many percent of requests do not exceed",
            "answered requests",
            "requests in flight at the end",
        ),
    };
    let statistic = Statistic::Percentile(percent);
    metric(
        name,
        subject,
        statistic,
        definition,
        denominator,
        leaves_out,
    )
}
