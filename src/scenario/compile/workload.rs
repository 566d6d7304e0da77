//! Workloads: which organizations ask, whom, how often, and when.
//!
//! It knows nothing of what becomes of a request. Invariant: streams are in the order of (organization,
//! workload), and whatever an organization's requests are drawn from hangs on its own rows.

use std::collections::BTreeMap;

use crate::engine::id::Id;
use crate::engine::{IdVec, Instant, Span};
use crate::model::demand::{
    Calendar, CalendarId, Choice, Demand, Invitation, Popularity, Reciprocity, Retry, Stream,
    Streams,
};
use crate::model::federation::Federation;
use crate::model::names::NameId;
use crate::model::organization::{OrgId, TimeZoneId};
use crate::model::outcome::{Asks, View};
use crate::model::parameters::SHARE_PARTS;
use crate::model::sharing_policy::{SharingAction, SharingActions};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::instants;
use crate::scenario::quantity::{self, Rate, Share};
use crate::scenario::read::names::suggestion;
use crate::scenario::tree::{Table, Value};

use super::calendars::Profile;
use super::ids::Ids;
use super::shared;

/// A profile may make an hour so many times as busy as the mean hour of a working day.
const BUSIEST_MAX: u64 = 1_000;
const MILLION: u128 = 1_000_000;
const NANOSECONDS_PER_SECOND: u128 = 1_000_000_000;

/// What the requests of a workload are drawn from.
pub(super) fn demand(row: &Table) -> Demand {
    let numbers = |key: &str| {
        let shares = row.shares(key).into_iter();
        Choice::new(shares.map(|(number, share)| {
            let number: u8 = number.parse().expect("its words are small numbers");
            (number, share.parts())
        }))
    };
    let windows = row.shares("window").into_iter().map(|(window, share)| {
        let window = quantity::span(window).expect("its words are spans");
        (window, share.parts())
    });
    let views = row.shares("view").into_iter().map(|(view, share)| {
        let view = View::from_word(view).expect("its words are views");
        (view, share.parts())
    });
    Demand {
        asks: asks(row),
        invitation: (asks(row) == Asks::Invitation).then(|| invitation(row)),
        attendees: numbers("attendees"),
        partners: numbers("partners"),
        windows: Choice::new(windows),
        views: Choice::new(views),
        interval: row.span("interval"),
        partner_popularity: popularity(row.text("partner_popularity")),
        mailbox_popularity: popularity(row.text("mailbox_popularity")),
        retry: Retry {
            share: row.share("retry_share").parts(),
            within: row.span("retry_within"),
            times_max: row.integer("retries_max") as u8,
        },
        synchronization: (asks(row) == Asks::Synchronization).then(|| shared::law(row)),
    }
}

/// What invitations of a row offer.
pub(super) fn invitation(row: &Table) -> Invitation {
    let level = match row.text("level") {
        "AvailabilityOnly" => Some(SharingAction::CalendarSharingFreeBusySimple),
        "LimitedDetails" => Some(SharingAction::CalendarSharingFreeBusyDetail),
        "Reviewer" => Some(SharingAction::CalendarSharingFreeBusyReviewer),
        _ => None,
    };
    let contacts = row
        .boolean("contacts")
        .then_some(SharingAction::ContactsSharing);
    Invitation {
        wanted: SharingActions::of(level.into_iter().chain(contacts)),
        opened_after: row.optional_span("opened_after"),
        reciprocity: match row.boolean("reciprocal") {
            true => Reciprocity::Reciprocal,
            false => Reciprocity::OneWay,
        },
    }
}

/// What the requests of a row ask for.
pub(super) fn asks(row: &Table) -> Asks {
    Asks::from_word(row.text("asks")).expect("its words are what is asked")
}

fn popularity(word: &str) -> Popularity {
    match word {
        "zipf" => Popularity::Zipf,
        _ => Popularity::Uniform,
    }
}

/// The arrivals of all workloads at all organizations of a federation that is complete but for them.
pub(super) fn streams(
    tree: &Table,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Streams {
    let mut calendars = Calendars::new(federation);
    let named = NamedPartners::of_all(federation);
    let mut rows: Vec<Stream> = Vec::new();
    let mut lists: Vec<OrgId> = Vec::new();
    // Millionths of a request a second, of all workloads in their busiest hours.
    let mut peak: u128 = 0;
    for (name, row) in tree.named("workload") {
        let synchronizes = asks(row) == Asks::Synchronization;
        let sent_as = match synchronizes {
            true => shared::opens_name(name),
            false => name.to_owned(),
        };
        let workload = federation.workloads.enumerate();
        let mut workload = workload.filter(|(_, known)| *known.name == *sent_as);
        let (workload, _) = workload.next().expect("each workload has an id");
        let profile = Profile::of(row);
        if !profile.has_working_days() {
            let place = row.location("weekdays").or(row.location("from"));
            if let Some(place) = place {
                let message = "no working day has a share, so the rates are of nothing";
                let help = "give one of monday to friday a share";
                found.push(Diagnostic::error("no-working-day", place, message).help(help));
            }
            continue;
        }
        if profile.busiest() > BUSIEST_MAX {
            let place = row.location("weekdays").or(row.location("hours"));
            if let Some(place) = place.or(row.location("from")) {
                let times = profile.busiest();
                let message = format!(
                    "the busiest hour is {times} times as busy as the mean hour of a working day"
                );
                let help = format!("spread the shares, or name a higher rate; up to {BUSIEST_MAX}");
                found.push(Diagnostic::error("too-uneven", place, message).help(help));
            }
            continue;
        }
        if let (Some(place), Some(_)) =
            (row.location("rate_per_mailbox"), row.optional_rate("rate"))
        {
            let message = "`rate` is given as well, so this says nothing";
            let help = "leave one of the two out";
            found.push(Diagnostic::warning("two-rates", place, message).help(help));
        }
        // One list for all, whoever asks: two large populations would else make a square of them.
        let asked = row.optional_list("to").map(|_| {
            let asked = members(row, "to", federation, ids, found);
            Partners::push(&mut lists, federation, &asked, |_| true)
        });
        for organization in members(row, "from", federation, ids, found) {
            let cycle = shared::cycle_of(federation, organization, name);
            let mean_gap = match cycle {
                Some(cycle) => shared::opens_gap(row, federation.shared.cycles[cycle].drawn),
                None if synchronizes => None,
                None => mean_gap(row, federation.mailbox_count(organization)),
            };
            let Some(mean_gap) = mean_gap else {
                continue;
            };
            let partners = asked.unwrap_or_else(|| {
                let named = named.of(organization);
                Partners::push(&mut lists, federation, named, |_| true)
            });
            let own_place = partners.place_of(&lists, federation, organization);
            if partners.count == u32::from(own_place.is_some()) {
                continue;
            }
            let zone = federation.organizations.original(organization).time_zone;
            let calendar = calendars.of(&profile, zone);
            let a_second = MILLION * NANOSECONDS_PER_SECOND / u128::from(mean_gap.nanoseconds());
            peak += a_second * u128::from(profile.busiest());
            rows.push(Stream {
                organization,
                workload,
                calendar,
                mean_gap,
                first_partner: partners.first,
                partner_count: partners.count,
                own_place,
                cycle,
            });
        }
        let mut traces = tree.named("trace");
        let lends_its_laws = traces.any(|(_, row)| row.optional_text("demand") == Some(name));
        if peak > MILLION * federation.limits.in_flight_max as u128 {
            let place = row.location("rate").or(row.location("rate_per_mailbox"));
            if let Some(place) = place.or(row.location("from")) {
                let a_second = peak / MILLION;
                let message =
                    format!("workloads ask for {a_second} requests a second when busiest");
                let help = "use a lower rate; more than `run.in_flight_max` a second are refused";
                found.push(Diagnostic::error("too-many-requests", place, message).help(help));
            }
            break;
        }
        if !rows.iter().any(|row| row.workload == workload)
            && !lends_its_laws
            && !synchronizes
            && let Some(place) = row.location("from")
        {
            let message = format!("the workload `{name}` sends no request");
            let help = "its organizations need mailboxes, a rate above zero, and partners with \
                        mailboxes";
            found.push(Diagnostic::warning("no-request", place, message).help(help));
        }
    }
    rows.sort_by_key(|row| (row.organization, row.workload));
    Streams {
        streams: IdVec::from_rows(rows),
        partners: lists.into(),
        calendars: calendars.rows,
    }
}

/// The organizations that a list of names stands for, each once.
pub(super) fn members(
    row: &Table,
    key: &str,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Vec<OrgId> {
    let mut all = Vec::new();
    for entry in row.list(key) {
        let Value::Text(name) = &entry.value else {
            continue;
        };
        let population = federation
            .populations
            .iter()
            .find(|population| *population.name == **name);
        match (ids.organizations.get(name), population) {
            (Some(&organization), _) => all.push(organization),
            (None, Some(population)) => all.extend(population.organizations()),
            (None, None) => {
                let populations = federation.populations.iter().map(|row| &*row.name);
                let known = ids.organizations.keys().map(String::as_str);
                let known = known.chain(populations);
                let help = match suggestion(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "declare it as `[org.NAME]` or `[population.NAME]`".to_owned(),
                };
                let message = format!("`{name}` is neither an organization nor a population");
                if let Some(place) = entry.origin.location() {
                    found.push(Diagnostic::error("unknown-name", place, message).help(help));
                }
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The organizations whose domains each organization's own relationships and connectors name, as they
/// are at the start of the run.
pub(super) struct NamedPartners {
    first: Vec<u32>,
    partners: Vec<OrgId>,
}

impl NamedPartners {
    pub(super) fn of_all(federation: &Federation) -> NamedPartners {
        let mut pairs = Vec::new();
        let mut name = |organization: OrgId, domains: &[NameId]| {
            let owners = &federation.index.domain_owners;
            let owners = domains.iter().filter_map(|domain| owners.get(domain));
            pairs.extend(owners.map(|&partner| (organization, partner)));
        };
        for id in federation.relationships.ids() {
            let row = federation.relationships.original(id);
            name(row.organization, &row.domain_names);
        }
        for id in federation.connectors.ids() {
            let row = federation.connectors.original(id);
            name(row.organization, &row.domains);
        }
        pairs.sort_unstable();
        pairs.dedup();
        let before = |id: usize| pairs.partition_point(|pair| pair.0.index() < id) as u32;
        NamedPartners {
            first: (0..=federation.organizations.len()).map(before).collect(),
            partners: pairs.iter().map(|pair| pair.1).collect(),
        }
    }

    pub(super) fn of(&self, organization: OrgId) -> &[OrgId] {
        let at = organization.index();
        &self.partners[self.first[at] as usize..self.first[at + 1] as usize]
    }
}

/// A list of partners: where it stands among all lists.
#[derive(Clone, Copy)]
pub(super) struct Partners {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Partners {
    /// Adds the list of those organizations that have mailboxes and are fit for it, in the order of the hashes of their
    /// names, which does not change when others come.
    pub(super) fn push(
        lists: &mut Vec<OrgId>,
        federation: &Federation,
        asked: &[OrgId],
        is_fit: impl Fn(&OrgId) -> bool,
    ) -> Partners {
        let first = lists.len();
        let can_be_asked = |id: &OrgId| federation.mailbox_count(*id) > 0 && is_fit(id);
        lists.extend(asked.iter().copied().filter(can_be_asked));
        lists[first..].sort_unstable_by_key(|&id| federation.organizations.original(id).hash);
        Partners {
            first: first as u32,
            count: (lists.len() - first) as u32,
        }
    }

    /// The place of an organization among them, if it is one of them.
    pub(super) fn place_of(
        self,
        lists: &[OrgId],
        federation: &Federation,
        organization: OrgId,
    ) -> Option<u32> {
        let hash = |id: OrgId| federation.organizations.original(id).hash;
        let (first, count) = (self.first as usize, self.count as usize);
        let list = &lists[first..first + count];
        let found = list.binary_search_by_key(&hash(organization), |&id| hash(id));
        found.ok().map(|place| place as u32)
    }
}

/// The mean calendar time between two requests of an organization; none: it sends none.
fn mean_gap(row: &Table, mailboxes: u32) -> Option<Span> {
    if mailboxes == 0 {
        return None;
    }
    match row.optional_rate("rate") {
        Some(rate) => gap(rate, 1, u128::from(Share::ONE)),
        None => gap(
            row.rate("rate_per_mailbox"),
            u128::from(mailboxes),
            u128::from(row.share("federated_share").parts()),
        ),
    }
}

/// The mean time between two of what happens at a rate so many times, so many parts of 10¹² of it; none:
/// it never happens.
pub(super) fn gap(rate: Rate, times: u128, parts: u128) -> Option<Span> {
    let billionths = u128::from(rate.billionths) * times * parts;
    let whole = u128::from(rate.per.nanoseconds()) * 1_000_000_000 * u128::from(SHARE_PARTS);
    let gap = whole.checked_div(billionths)?;
    Some(Span::from_nanoseconds(
        u64::try_from(gap).unwrap_or(u64::MAX).max(1),
    ))
}

/// Calendars, each made once for a profile in a zone.
struct Calendars<'f> {
    federation: &'f Federation,
    rows: IdVec<CalendarId, Calendar>,
    known: BTreeMap<TimeZoneId, Vec<(Profile, CalendarId)>>,
}

impl<'f> Calendars<'f> {
    fn new(federation: &'f Federation) -> Self {
        Calendars {
            federation,
            rows: IdVec::new(),
            known: BTreeMap::new(),
        }
    }

    fn of(&mut self, profile: &Profile, zone: TimeZoneId) -> CalendarId {
        let known = self.known.entry(zone).or_default();
        if let Some((_, id)) = known.iter().find(|(known, _)| known == profile) {
            return *id;
        }
        let (start, horizon): (Instant, Instant) =
            (self.federation.start, self.federation.limits.horizon);
        let name = &self.federation.time_zones[zone];
        let (zone, _) = instants::zone(name).expect("zones were read from the database");
        let id = self.rows.push(profile.calendar(&zone, start, horizon));
        known.push((profile.clone(), id));
        id
    }
}
