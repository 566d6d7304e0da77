//! The Availability service of the requester: limits, the choice of a path for each attendee, groups.
//!
//! It knows nothing of transport, tokens or the clock. Invariant: what is decided here depends on the
//! requester's own objects alone.

use crate::engine::Span;

use super::address::{Address, Url};
use super::cause::Cause;
use super::directory::PersonalSubscription;
use super::names::NameId;
use super::outcome::{Asks, Failure, Leg, ResponseCode, Side, View};
use super::relationship::{AddressSpaceId, ConnectorId, RelationshipId, RequesterReading};

/// Addresses in a request. Source: limits of the Availability service, observed, Exchange 2013.
pub const ADDRESSES_MAX: usize = 100;
/// Mailboxes after groups are expanded. Source: as above.
pub const INDIVIDUALS_MAX: usize = 100;
/// Members of a distribution group. Source: as above.
pub const GROUP_MEMBERS_MAX: usize = 20;
/// The longest window, in days. Source: as above.
pub const WINDOW_DAYS_MAX: u64 = 62;
/// The interval of the merged string, in minutes. Source: as above.
pub const INTERVAL_MINUTES: std::ops::RangeInclusive<u64> = 5..=1_440;
/// Calendar entries of a mailbox. Source: as above.
pub const EVENTS_MAX: u64 = 1_000;
/// The body of a request, in bytes. Source: as above.
pub const BODY_BYTES_MAX: u64 = 409_600;

/// What a client asks, as far as limits go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is asked for.
    pub asks: Asks,
    /// How many attendees it names.
    pub attendees: usize,
    /// The length of the window.
    pub window: Span,
    /// The interval of the merged string.
    pub interval: Span,
    /// The form of the answer.
    pub view: View,
    /// The size of the body in bytes.
    pub body_bytes: u64,
}

/// Tests a request against the limits that refuse it whole, in the product's order of codes.
///
/// Source: limits of the Availability service, observed, Exchange 2013. Assumed: MailTips and photos are
/// held to those of them that do not concern calendars.
pub fn refuse_request(query: &Query) -> Result<(), Cause> {
    if query.body_bytes > BODY_BYTES_MAX {
        return Err(Cause::RequestBodyTooBig);
    }
    if query.attendees == 0 {
        return Err(Cause::RequestWithoutAttendees);
    }
    if query.attendees > ADDRESSES_MAX {
        return Err(Cause::RequestTooManyAttendees);
    }
    if query.asks != Asks::FreeBusy {
        return Ok(());
    }
    if query.window == Span::ZERO {
        return Err(Cause::RequestWindowInvalid);
    }
    if query.window > Span::from_days(WINDOW_DAYS_MAX) {
        return Err(Cause::RequestWindowTooLong);
    }
    let interval_minutes_up = query.interval.nanoseconds().div_ceil(60_000_000_000);
    let interval_minutes_down = query.interval.nanoseconds() / 60_000_000_000;
    let in_range = interval_minutes_down >= *INTERVAL_MINUTES.start()
        && interval_minutes_up <= *INTERVAL_MINUTES.end();
    if query.view.is_merged() && !in_range {
        return Err(Cause::RequestIntervalOutOfRange);
    }
    Ok(())
}

/// What kind of recipient an attendee's address leads to at the requester, as far as paths go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttendeeKind {
    /// A mail user or mail contact: its external address first, then its own.
    MailUserOrContact {
        /// Where its mail goes.
        external: Address,
        /// Its own address here, if it has one.
        own: Option<Address>,
    },
    /// An address that the directory does not know.
    PlainExternal(Address),
}

/// A path to an attendee's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// A calendar shared in person.
    Personal {
        /// The address to ask for.
        address: Address,
        /// What the requester's mailbox holds of it.
        subscription: PersonalSubscription,
    },
    /// OAuth.
    Connector {
        /// The address to ask for.
        address: Address,
        /// Through which connector.
        connector: ConnectorId,
    },
    /// Delegation tokens.
    Relationship {
        /// The address to ask for.
        address: Address,
        /// By which relationship.
        relationship: RelationshipId,
    },
    /// An availability address space.
    AddressSpace {
        /// The address to ask for.
        address: Address,
        /// By which address space.
        space: AddressSpaceId,
    },
}

/// What the requester's server knows of the ways to one domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaysToDomain {
    /// The enabled connector for the domain.
    pub connector: Option<ConnectorId>,
    /// The relationship for the domain, and what is read of it.
    pub relationship: (Option<RelationshipId>, RequesterReading),
}

/// What the choice of a path asks for.
pub trait RequesterView {
    /// Whether federation is on at this server; if not, why.
    fn federation(&self) -> Result<(), Cause>;
    /// What the requester's mailbox holds of this calendar.
    fn subscription(&self, owner: Address) -> Option<PersonalSubscription>;
    /// The ways to a domain.
    fn ways_to(&mut self, domain: NameId) -> WaysToDomain;
    /// The address space for a domain.
    fn address_space(&mut self, domain: NameId) -> Option<AddressSpaceId>;
}

/// Chooses the path to one attendee.
///
/// For each address in turn: a personal subscription, an enabled connector, an enabled relationship
/// with FreeBusyAccessEnabled; for mail users and contacts then an address space by the target domain,
/// then by the own address's domain. A relationship without endpoints stops the search. A plain
/// address has no address-space fallback, and needs federation even for a connector.
///
/// Source: path choice and precedence, observed, Exchange 2013.
pub fn choose_path(kind: AttendeeKind, view: &mut impl RequesterView) -> Result<Path, Failure> {
    let (addresses, is_contact) = match kind {
        AttendeeKind::MailUserOrContact { external, own } => ([Some(external), own], true),
        AttendeeKind::PlainExternal(address) => ([Some(address), None], false),
    };
    // With federation off there are no federated paths at all; that is then the decisive cause.
    let mut absent = view.federation().err();
    if absent.is_none() {
        for address in addresses.into_iter().flatten() {
            match federated_path(address, view)? {
                Ok(path) => return Ok(path),
                Err(cause) => absent = absent.or(Some(cause)),
            }
        }
    }
    if is_contact && absent.is_some() {
        // OAuth needs no federation trust.
        for address in addresses.into_iter().flatten() {
            if let Some(connector) = view.ways_to(address.domain).connector {
                return Ok(Path::Connector { address, connector });
            }
        }
    }
    if is_contact {
        for address in addresses.into_iter().flatten() {
            if let Some(space) = view.address_space(address.domain) {
                return Ok(Path::AddressSpace {
                    address: addresses[0].unwrap_or(address),
                    space,
                });
            }
        }
    }
    let cause = absent.unwrap_or(Cause::RelationshipNoneAtRequester);
    let (code, inner) = if is_contact {
        let inner = Some(ResponseCode::AddressSpaceNotFound);
        (ResponseCode::ProxyRequestProcessingFailed, inner)
    } else {
        (ResponseCode::MailRecipientNotFound, None)
    };
    Err(Failure {
        cause,
        code,
        inner,
        side: Side::Requester,
        leg: None,
    })
}

/// The federated path to one address; the inner error is why there is none and others may be tried.
fn federated_path(
    address: Address,
    view: &mut impl RequesterView,
) -> Result<Result<Path, Cause>, Failure> {
    if let Some(subscription) = view.subscription(address) {
        return Ok(Ok(Path::Personal {
            address,
            subscription,
        }));
    }
    let ways = view.ways_to(address.domain);
    if let Some(connector) = ways.connector {
        return Ok(Ok(Path::Connector { address, connector }));
    }
    match ways.relationship {
        (Some(relationship), RequesterReading::Ask) => Ok(Ok(Path::Relationship {
            address,
            relationship,
        })),
        (_, RequesterReading::Absent(cause)) => Ok(Err(cause)),
        (None, RequesterReading::Ask) => Ok(Err(Cause::RelationshipNoneAtRequester)),
        (_, RequesterReading::Stops(cause)) => Err(stopped(cause)),
    }
}

fn stopped(cause: Cause) -> Failure {
    let (code, inner) = cause.code_on(Leg::Availability);
    Failure {
        cause,
        code,
        inner,
        side: Side::Requester,
        leg: None,
    }
}

/// What puts two attendees into one group: the same call.
///
/// Source: grouping keys, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKey {
    /// Whom the token of an invitation is made out to.
    TokenTarget(NameId),
    /// The endpoint is known: TargetSharingEpr or a cached URL.
    Url(Url),
    /// The endpoint is unknown: the recipient's domain, and whether it is a mail user here.
    Domain {
        /// The domain of the address to ask for.
        domain: NameId,
        /// Whether the directory knows the recipient as a mail user or contact.
        remote_mailbox: bool,
    },
    /// A calendar shared in person: its sharing key.
    Share(u64),
    /// OAuth to a known URL.
    OAuthUrl(Url),
    /// OAuth to a domain.
    OAuthDomain(NameId),
    /// An address space.
    AddressSpace(AddressSpaceId),
    /// Mailboxes of the own organization.
    Local,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::{LocalPart, UrlPath};

    const THEIRS: NameId = NameId(1);
    const OURS: NameId = NameId(2);

    fn address(domain: NameId) -> Address {
        Address {
            domain,
            local: LocalPart::Numbered(1),
        }
    }

    fn contact() -> AttendeeKind {
        AttendeeKind::MailUserOrContact {
            external: address(THEIRS),
            own: Some(address(OURS)),
        }
    }

    fn plain() -> AttendeeKind {
        AttendeeKind::PlainExternal(address(THEIRS))
    }

    /// A requester about whose ways to `THEIRS` (and, for address spaces, `OURS`) a test says all.
    #[derive(Clone, Copy)]
    struct View {
        federation: Result<(), Cause>,
        subscribed: bool,
        connector: bool,
        relationship: RequesterReading,
        space_to_theirs: bool,
        space_to_ours: bool,
    }

    const NOTHING: View = View {
        federation: Ok(()),
        subscribed: false,
        connector: false,
        relationship: RequesterReading::Absent(Cause::RelationshipNoneAtRequester),
        space_to_theirs: false,
        space_to_ours: false,
    };

    const SUBSCRIPTION: PersonalSubscription = PersonalSubscription {
        owner: Address {
            domain: THEIRS,
            local: LocalPart::Numbered(1),
        },
        url: Url {
            host: NameId(5),
            path: UrlPath::EwsWsSecurity,
        },
        application_uri: NameId(6),
        sharing_key: 7,
    };

    impl RequesterView for View {
        fn federation(&self) -> Result<(), Cause> {
            self.federation
        }
        fn subscription(&self, owner: Address) -> Option<PersonalSubscription> {
            (self.subscribed && owner.domain == THEIRS).then_some(SUBSCRIPTION)
        }
        fn ways_to(&mut self, domain: NameId) -> WaysToDomain {
            let theirs = domain == THEIRS;
            let none = RequesterReading::Absent(Cause::RelationshipNoneAtRequester);
            WaysToDomain {
                connector: (self.connector && theirs).then_some(ConnectorId(0)),
                relationship: if theirs {
                    (Some(RelationshipId(0)), self.relationship)
                } else {
                    (None, none)
                },
            }
        }
        fn address_space(&mut self, domain: NameId) -> Option<AddressSpaceId> {
            match domain {
                THEIRS if self.space_to_theirs => Some(AddressSpaceId(0)),
                OURS if self.space_to_ours => Some(AddressSpaceId(1)),
                _ => None,
            }
        }
    }

    /// The path taken, in a word, or the codes and cause of the failure.
    fn outcome(kind: AttendeeKind, mut view: View) -> String {
        match choose_path(kind, &mut view) {
            Ok(Path::Personal { .. }) => "personal".into(),
            Ok(Path::Connector { .. }) => "connector".into(),
            Ok(Path::Relationship { .. }) => "relationship".into(),
            Ok(Path::AddressSpace { space, .. }) => format!("address space {}", space.0),
            Err(failure) => {
                let inner = failure
                    .inner
                    .map_or(String::new(), |code| format!("/{}", code.number()));
                format!("{}{inner} {}", failure.code.number(), failure.cause)
            }
        }
    }

    #[test]
    fn a_personal_share_beats_a_connector_beats_a_relationship_beats_an_address_space() {
        use RequesterReading::{Absent, Ask, Stops};
        let all = View {
            subscribed: true,
            connector: true,
            relationship: Ask,
            space_to_theirs: true,
            space_to_ours: true,
            ..NOTHING
        };
        let no_share = View {
            subscribed: false,
            ..all
        };
        let no_connector = View {
            connector: false,
            ..no_share
        };
        let disabled = Absent(Cause::RelationshipDisabledAtRequester);
        let no_relationship = View {
            relationship: disabled,
            ..no_connector
        };
        let only_ours = View {
            space_to_theirs: false,
            ..no_relationship
        };
        let off = Err(Cause::TrustOrganizationCertificateExpired);
        for (kind, view, expected) in [
            (contact(), all, "personal"),
            (contact(), no_share, "connector"),
            (contact(), no_connector, "relationship"),
            (contact(), no_relationship, "address space 0"),
            (contact(), only_ours, "address space 1"),
            (
                contact(),
                NOTHING,
                "5016/5023 relationship.none-at-requester",
            ),
            (plain(), all, "personal"),
            (plain(), no_share, "connector"),
            (plain(), no_connector, "relationship"),
            (
                plain(),
                no_relationship,
                "5009 relationship.disabled-at-requester",
            ),
            (plain(), NOTHING, "5009 relationship.none-at-requester"),
            (
                plain(),
                View {
                    federation: off,
                    ..all
                },
                "5009 trust.organization-certificate-expired",
            ),
            (
                contact(),
                View {
                    federation: off,
                    ..all
                },
                "connector",
            ),
            (
                contact(),
                View {
                    federation: off,
                    connector: false,
                    ..all
                },
                "address space 0",
            ),
            (
                contact(),
                View {
                    relationship: Stops(Cause::RelationshipWithoutEndpoint),
                    ..no_connector
                },
                "5047 relationship.no-endpoint-at-requester",
            ),
        ] {
            assert_eq!(outcome(kind, view), expected, "{kind:?}");
        }
    }

    #[test]
    fn each_limit_refuses_the_whole_request_with_its_code() {
        let fine = Query {
            asks: Asks::FreeBusy,
            attendees: 100,
            window: Span::from_days(62),
            interval: Span::from_minutes(5),
            view: crate::model::outcome::View::DetailedMerged,
            body_bytes: BODY_BYTES_MAX,
        };
        assert_eq!(refuse_request(&fine), Ok(()));
        let nanosecond = Span::from_nanoseconds(1);
        for (query, code) in [
            (
                Query {
                    body_bytes: BODY_BYTES_MAX + 1,
                    ..fine
                },
                5000,
            ),
            (
                Query {
                    attendees: 0,
                    ..fine
                },
                5001,
            ),
            (
                Query {
                    attendees: 101,
                    ..fine
                },
                5002,
            ),
            (
                Query {
                    window: fine.window + nanosecond,
                    ..fine
                },
                5003,
            ),
            (
                Query {
                    interval: Span::from_minutes(4),
                    ..fine
                },
                5004,
            ),
            (
                Query {
                    interval: Span::from_hours(24) + nanosecond,
                    ..fine
                },
                5004,
            ),
            (
                Query {
                    window: Span::ZERO,
                    ..fine
                },
                5010,
            ),
        ] {
            let cause = refuse_request(&query).unwrap_err();
            assert_eq!(cause.code_on(Leg::Availability).0.number(), code, "{cause}");
            let tips = Query {
                asks: Asks::MailTips,
                ..query
            };
            let concerns_calendars = matches!(code, 5003 | 5004 | 5010);
            assert_eq!(refuse_request(&tips).is_ok(), concerns_calendars, "{cause}");
        }
    }
}
