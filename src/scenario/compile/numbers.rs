//! Parameters, rules and gateways of a tree, as the model holds them.
//!
//! It knows nothing of what they are used for. Invariant: each key of `[parameters]` and `[rules]` is
//! read here, once.

use crate::engine::hash::NameHash;
use crate::engine::{IdVec, Instant, Span};
use crate::model::certificate::{TlsVersions, Validity};
use crate::model::dns::LargeAnswers;
use crate::model::gateway::{
    DataCentre, DataCentreId, Gateway, GatewayState, MetadataState, SigningCertificate,
};
use crate::model::oauth::Crashes;
use crate::model::parameters::{
    AbovePolicyRule, MessageSizes, NegativeUriLife, Parameters, Rules, SharedFolderRule,
    TargetFreeBusyRule, TokenCacheRule, UriCacheRule,
};
use crate::model::throttling::{Allowance, ThrottlingPolicy};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::tree::Table;

use super::changes::Changes;
use super::ids::{Ids, gateway_resolver};

pub(super) fn parameters(tree: &Table) -> Parameters {
    let p = tree.table("parameters");
    Parameters {
        client_delay: p.distribution("client_delay"),
        directory_resolution: p.distribution("directory_resolution"),
        dns_warm: p.distribution("dns_warm"),
        dns_cold: p.distribution("dns_cold"),
        dns_timeout: p.span("dns_timeout"),
        tls_cpu: p.span("tls_cpu"),
        token_validation: p.distribution("token_validation"),
        autodiscover_service: p.distribution("autodiscover_service"),
        availability_fixed: p.distribution("availability_fixed"),
        availability_per_mailbox: p.distribution("availability_per_mailbox"),
        availability_per_event: p.span("availability_per_event"),
        mail_tips_service: p.distribution("mail_tips_service"),
        photo_service: p.distribution("photo_service"),
        delivery_report_service: p.distribution("delivery_report_service"),
        archive_service: p.distribution("archive_service"),
        folder_service: p.distribution("folder_service"),
        folder_service_per_item: p.span("folder_service_per_item"),
        synchronization_budget: p.span("synchronization_budget"),
        synchronization_window: p.span("synchronization_window"),
        mail_delay: p.distribution("mail_delay"),
        policy_assistant_cycle: p.span("policy_assistant_cycle"),
        front_end_memory: p.span("front_end_memory"),
        outbound_cpu: p.span("outbound_cpu"),
        inbound_cpu: p.span("inbound_cpu"),
        inbound_cpu_per_mailbox: p.span("inbound_cpu_per_mailbox"),
        pool_cold_start: p.distribution("pool_cold_start"),
        pool_crashes: Crashes {
            every: p.span("pool_crash_every"),
            last: p.span("pool_crash_lasts"),
        },
        certificate_distribution: p.distribution("certificate_distribution"),
        web_server_restart: p.span("web_server_restart"),
        discovery_timeout: p.span("discovery_timeout"),
        oauth_service: p.distribution("oauth_service"),
        minimum_delay: p.span("minimum_delay"),
        retransmission_timeout: p.span("retransmission_timeout"),
        connect_timeout: p.span("connect_timeout"),
        connection_idle: p.span("connection_idle"),
        http_timeout: p.span("http_timeout"),
        availability_deadline: p.span("availability_deadline"),
        deadline_poll: p.span("deadline_poll"),
        recipient_resolution_limit: p.span("recipient_resolution_limit"),
        relationship_cache_life: p.span("relationship_cache_life"),
        uri_cache_life: p.span("uri_cache_life"),
        uri_cache_entries: p.integer("uri_cache_entries") as u32,
        address_space_refresh: p.span("address_space_refresh"),
        time_stamp_tolerance: p.span("timestamp_tolerance"),
        clock_skew: p.span("clock_skew"),
        sizes: sizes(p),
        throttling: ThrottlingPolicy {
            max_concurrency: p.integer("throttle_concurrency") as u32,
            burst: Allowance::Of(p.span("throttle_burst")),
            recharge_per_hour: Allowance::Of(p.span("throttle_recharge")),
            cutoff: Allowance::Of(p.span("throttle_cutoff")),
            micro_delay: p.span("micro_delay"),
        },
    }
}

/// How long the intervals of the time line of results are.
pub(super) fn timeline_every(run: &Table, found: &mut Diagnostics) -> Span {
    /// The most intervals that may be asked for.
    const INTERVALS_MAX: u64 = 2_000;
    /// The most intervals that there are if nothing is asked for.
    const INTERVALS_USUAL: u64 = 60;
    const STEPS: [Span; 11] = [
        Span::from_seconds(1),
        Span::from_seconds(10),
        Span::from_minutes(1),
        Span::from_minutes(5),
        Span::from_minutes(15),
        Span::from_hours(1),
        Span::from_hours(6),
        Span::from_days(1),
        Span::from_days(7),
        Span::from_days(30),
        Span::from_days(90),
    ];
    let length = run.span("length");
    let intervals = |every: Span| length.nanoseconds().div_ceil(every.nanoseconds());
    let Some(every) = run.optional_span("timeline_every") else {
        let usual = |every: &Span| intervals(*every) <= INTERVALS_USUAL;
        let [.., longest] = STEPS;
        return STEPS.into_iter().find(usual).unwrap_or(longest);
    };
    if intervals(every) > INTERVALS_MAX
        && let Some(place) = run.location("timeline_every")
    {
        let message = format!(
            "`timeline_every` divides the run into {} intervals",
            intervals(every)
        );
        let least =
            Span::from_seconds(length.nanoseconds().div_ceil(1_000_000_000 * INTERVALS_MAX));
        let help = format!("at most {INTERVALS_MAX}: at least `{least}` here");
        found.push(Diagnostic::error("too-many-intervals", place, message).help(help));
    }
    every
}

fn sizes(p: &Table) -> MessageSizes {
    MessageSizes {
        client_request: p.size("client_request"),
        token_request: p.size("token_request"),
        token_response: p.size("token_response"),
        encrypted_token: p.size("encrypted_token"),
        autodiscover_request: p.size("autodiscover_request"),
        autodiscover_request_per_address: p.size("autodiscover_request_per_address"),
        autodiscover_response: p.size("autodiscover_response"),
        autodiscover_response_per_address: p.size("autodiscover_response_per_address"),
        availability_request: p.size("availability_request"),
        availability_request_per_mailbox: p.size("availability_request_per_mailbox"),
        availability_response_per_mailbox: p.size("availability_response_per_mailbox"),
        availability_response_per_event_simple: p.size("availability_response_per_event_simple"),
        availability_response_per_event_detail: p.size("availability_response_per_event_detail"),
        mail_tips_request: p.size("mail_tips_request"),
        mail_tips_response_per_mailbox: p.size("mail_tips_response_per_mailbox"),
        photo_request: p.size("photo_request"),
        photo_response: p.size("photo_response"),
        metadata_document: p.size("metadata_document"),
        further_request: p.size("further_request"),
        further_response_per_mailbox: p.size("further_response_per_mailbox"),
        synchronization_request: p.size("synchronization_request"),
        synchronization_response: p.size("synchronization_response"),
        synchronization_response_per_change: p.size("synchronization_response_per_change"),
        synchronization_response_per_item: p.size("synchronization_response_per_item"),
        compressed_share: p.share("compressed_share").parts(),
    }
}

pub(super) fn rules(tree: &Table) -> Rules {
    let rules = tree.table("rules");
    Rules {
        uri_cache: match rules.text("uri_cache_rule") {
            "intended" => UriCacheRule::Intended,
            _ => UriCacheRule::Literal,
        },
        negative_uri_life: match rules.text("negative_uri_life") {
            "hour" => NegativeUriLife::Hour,
            _ => NegativeUriLife::Process,
        },
        proofs_at_publication: rules.boolean("proofs_at_publication"),
        target_free_busy: if rules.boolean("target_reads_free_busy_access") {
            TargetFreeBusyRule::Documented
        } else {
            TargetFreeBusyRule::Observed
        },
        shared_folder: match rules.text("shared_folder") {
            "personal-or-default" => SharedFolderRule::PersonalOrDefault,
            _ => SharedFolderRule::Personal,
        },
        above_policy: match rules.text("invitation_above_policy") {
            "refused" => AbovePolicyRule::Refused,
            _ => AbovePolicyRule::Lowered,
        },
        token_cache: match rules.text("token_cache") {
            "off" => TokenCacheRule::Off,
            _ => TokenCacheRule::PerUserTargetOffer {
                early_margin: rules.span("token_cache_margin"),
                entries_max: rules.integer("token_cache_entries") as u32,
            },
        },
        throttle_external_callers: tree
            .table("parameters")
            .boolean("throttle_external_callers"),
    }
}

/// The data centres of all gateways, by gateway and number.
pub(super) fn data_centres(tree: &Table, ids: &Ids) -> IdVec<DataCentreId, DataCentre> {
    let mut centres = IdVec::new();
    for (name, row) in tree.named("gateway") {
        for number in 1..=row.integer("data_centres") {
            let centre: Box<str> = format!("{name}-{number}").into();
            let hash = NameHash::of(name).with(number);
            centres.push(DataCentre {
                gateway: ids.gateways[name],
                name: centre,
                hash,
                site: ids.sites[row.text("site")],
                servers: row.integer("servers") as u32,
                queue_max: row.integer("queue_max") as u32,
            });
        }
    }
    centres
}

pub(super) fn gateways(
    tree: &Table,
    changes: &Changes<'_>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Vec<Gateway> {
    let run = tree.table("run");
    let start = run.instant("start");
    let end = start + run.span("length");
    let mut first_centre = 0;
    let mut gateways = Vec::new();
    for (name, row) in tree.named("gateway") {
        let count = row.integer("data_centres") as u32;
        let data_centres = (first_centre..first_centre + count)
            .map(DataCentreId)
            .collect();
        first_centre += count;
        gateways.push(Gateway {
            name: name.into(),
            hash: NameHash::of(name),
            issuer: ids.names.intern(row.text("issuer")),
            token_host: ids.hosts[row.text("token_host")],
            metadata_host: ids.hosts[row.text("metadata_host")],
            provisioning_host: ids.hosts[row.text("provisioning_host")],
            provisioning_service_time: row.distribution("provisioning_service_time"),
            resolver: ids.resolvers[&gateway_resolver(name)],
            large_answers: match row.text("large_dns_answers") {
                "possible" => LargeAnswers::Possible,
                _ => LargeAnswers::Impossible,
            },
            accepted_issuers: row
                .texts("accepted_issuers")
                .into_iter()
                .map(|issuer| ids.names.intern(issuer))
                .collect(),
            blocked_domains: row
                .texts("blocked_domains")
                .into_iter()
                .map(|domain| ids.names.intern(domain))
                .collect(),
            applications_per_domain_and_day: row.integer("applications_per_domain_and_day") as u32,
            application_effective_after: row.span("application_effective_after"),
            data_centres,
            clock_error: row.offset("clock_offset"),
            state: match row.text("state") {
                "down" => GatewayState::Down,
                "refusing" => GatewayState::Refusing,
                "failing" => GatewayState::Failing,
                "stalled" => GatewayState::Stalled,
                _ => GatewayState::Up,
            },
            metadata_state: match row.text("metadata_state") {
                "down" => MetadataState::Down,
                _ => MetadataState::Up,
            },
            closed_from: row
                .optional_instant("closed_from")
                .unwrap_or(Instant::NEVER),
            token_service_time: row.distribution("token_service_time"),
            tls_versions: tls_versions(row, "tls_versions"),
            signing: signing(name, row, changes, start, end, found),
        });
    }
    gateways
}

/// A gateway's signing certificates: the first since before the run, one for each rollover by plan,
/// one for each that the time line orders.
fn signing(
    name: &str,
    row: &Table,
    changes: &Changes<'_>,
    start: Instant,
    end: Instant,
    found: &mut Diagnostics,
) -> Box<[SigningCertificate]> {
    /// The most rollovers that a run can have.
    const ROLLOVERS_MAX: usize = 100_000;
    let mut rollovers: Vec<Instant> = Vec::new();
    if let Some(first) = row.optional_instant("rollover_first") {
        let mut at = first;
        while at < end && rollovers.len() <= ROLLOVERS_MAX {
            rollovers.push(at);
            match row.optional_span("rollover_every") {
                Some(every) => at += every,
                None => break,
            }
        }
        if rollovers.len() > ROLLOVERS_MAX
            && let Some(place) = row.location("rollover_every")
        {
            let message = format!("more than {ROLLOVERS_MAX} rollovers before the end of the run");
            let help = "the real gateway rolls its certificate every six weeks: `42 d`";
            found.push(Diagnostic::error("too-many-rollovers", place, message).help(help));
        }
    }
    for procedure in &changes.procedures {
        let entry = procedure.entry;
        let rotates = entry.optional_text("do") == Some("gateway.rotate-certificate");
        let here = entry.optional_text("gateway").unwrap_or("business") == name;
        if rotates && here {
            rollovers.push(procedure.at);
        }
    }
    rollovers.sort_unstable();
    rollovers.dedup();
    let (life, announce) = (row.span("signing_certificate_life"), row.span("announce"));
    let certificate = |published_from: Instant, signs_from: Instant, not_before: Instant| {
        let validity = Validity {
            not_before,
            not_after: not_before + life,
        };
        SigningCertificate {
            published_from,
            signs_from,
            validity,
        }
    };
    // Old enough that a trust made a year ago has it, and halfway through its life at the start, or at
    // the first rollover if that was before.
    let halfway = rollovers.first().map_or(start, |&first| first.min(start));
    let first = certificate(Instant::EPOCH, Instant::EPOCH, halfway - life.divided_by(2));
    let later = rollovers
        .into_iter()
        .map(|at| certificate(at - announce, at, at - announce));
    std::iter::once(first).chain(later).collect()
}

/// The TLS versions of a list of them.
pub(super) fn tls_versions(row: &Table, key: &str) -> TlsVersions {
    TlsVersions::read(row.texts(key)).expect("the reader lets only known versions pass")
}

/// Half of a round trip.
pub(super) fn one_way(round_trip: Span) -> Span {
    round_trip.divided_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn every(run: &str) -> Result<Span, String> {
        let text = format!("fedsim = 1\n[run]\n{run}");
        let scenario = Scenario::parse(&text, "test.toml");
        let compiled = scenario.and_then(|scenario| scenario.compile());
        let every = compiled.map(|compiled| compiled.federation.timeline_every);
        every.map_err(|found| found.render_plain())
    }

    #[test]
    fn the_time_line_has_at_most_sixty_intervals_unless_it_is_asked_for_more() {
        for (run, expected) in [
            ("length = \"1 min\"", Span::from_seconds(1)),
            ("length = \"1 h\"", Span::from_minutes(1)),
            ("length = \"61 min\"", Span::from_minutes(5)),
            ("length = \"1 d\"", Span::from_hours(1)),
            ("length = \"3660 d\"", Span::from_days(90)),
            (
                "length = \"1 d\"\ntimeline_every = \"1 min\"",
                Span::from_minutes(1),
            ),
        ] {
            assert_eq!(every(run), Ok(expected), "{run}");
        }
    }

    #[test]
    fn a_time_line_of_more_intervals_than_anybody_reads_is_refused() {
        let refused = every("length = \"12 h\"\ntimeline_every = \"1 s\"\n");
        let expected = r#"error[too-many-intervals]: `timeline_every` divides the run into 43200 intervals
 --> test.toml:4:18
  |
4 | timeline_every = "1 s"
  |                  ^^^^^
  |
  = help: at most 2000: at least `22 s` here

"#;
        assert_eq!(refused, Err(expected.to_owned()));
    }
}
