//! Treatments of what may be asked: requests, recipients, those who ask.
//!
//! It knows no relationship. Invariant: each cause has at most one row here.

use super::Actor::{Requester, RequesterAdministrator, TargetAdministrator, Wait};
use super::Where::Requester as AtRequester;
use super::{Asking, CONFIGURATION, Step, Treatment, remedy, remedy_when, treated};
use crate::model::cause::Cause;

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    requests(cause).or_else(|| recipients(cause))
}

fn requests(cause: Cause) -> Option<&'static Treatment> {
    const TO: &[&str] = &["request.{request}.to"];
    const SPLIT: &str =
        "Ask for fewer attendees in one request: {attendee} and others, at most 100 together.";
    Some(match cause {
        Cause::RequestBodyTooBig => {
            const {
                &treated!(
                    &["request.{request}.to", "parameters.client_request"],
                    &[
                        remedy_when!(
                            |case| case.attendees > 1,
                            "the request names several attendees",
                            Requester,
                            &[Step::Ask(SPLIT, Asking::OnlyTheAttendee)],
                            &[],
                        ),
                        remedy!(
                            Requester,
                            &[Step::Build(
                                "Send a smaller body: at most 400 KiB.",
                                "parameters.client_request = \"3 KB\"",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::RequestWithoutAttendees => {
            const {
                &treated!(
                    TO,
                    &[remedy!(
                        Requester,
                        &[Step::Ask("Name at least one attendee.", Asking::Somebody)],
                        &[]
                    )]
                )
            }
        }
        Cause::RequestTooManyAttendees | Cause::RecipientIndividualLimit => {
            const {
                &treated!(
                    TO,
                    &[remedy!(
                        Requester,
                        &[Step::Ask(SPLIT, Asking::OnlyTheAttendee)],
                        &[]
                    )]
                )
            }
        }
        Cause::RequestWindowTooLong => {
            const {
                &treated!(
                    &["request.{request}.window"],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Ask for at most 62 days.",
                            Asking::WindowOfDays(62)
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::RequestWindowTooLongForTarget => {
            const {
                &treated!(
                    &[
                        "request.{request}.window",
                        "org.{target}.server.{attendee.server}.query_interval_max",
                        "org.{target}.server.{attendee.server}.version",
                    ],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Ask for at most {attendee.longest-window}: the server of the mailbox answers no longer window.",
                            Asking::WindowOfTheServer
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::RequestWindowInvalid => {
            const {
                &treated!(
                    &["request.{request}.window"],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Ask for a window with an end after its start.",
                            Asking::WindowOfDays(7)
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::RequestIntervalOutOfRange => {
            const {
                &treated!(
                    &["request.{request}.interval"],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Ask for an interval from 5 to 1440 minutes.",
                            Asking::HalfHours
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::RequesterUnknown => {
            const {
                &treated!(
                    &["request.{request}.from"],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Sign in with a mailbox of this organization.",
                            Asking::AsAMailbox
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::ResultSetTooBig => {
            const {
                &treated!(
                    &[
                        "request.{request}.window",
                        "org.{target}.mailbox.{attendee.mailbox}.events_per_week"
                    ],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Ask for a shorter window: a day.",
                            Asking::WindowOfDays(1)
                        )],
                        &[]
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn recipients(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::RequesterWithoutFederatedAddress => {
            const {
                &treated!(
                    &[
                        "org.{requester}.accepted_domain.{from.domain}.federated",
                        "org.{requester}.mailbox.{from.mailbox}.addresses"
                    ],
                    &[
                        remedy_when!(
                            |case| case.senders_domain_is_accepted(),
                            "the user's domain is an authoritative one of the organization",
                            RequesterAdministrator,
                            &[Step::Cmdlets(AtRequester, FEDERATE_SENDERS_DOMAIN)],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            |case| case.is_nobodys(case.from.domain),
                            "nobody accepts mail for the user's domain",
                            RequesterAdministrator,
                            &[Step::Cmdlets(AtRequester, ACCEPT_SENDERS_DOMAIN)],
                            CONFIGURATION,
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-Mailbox {from.mailbox} -EmailAddresses @{Add=\"{from.local}@{requester.domain}\"}",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::RequesterIdentityNotImmutable => {
            const {
                &treated!(
                    &[
                        "org.{requester}.mailbox.{from.mailbox}.identity_type",
                        "org.{requester}.mailbox.{from.mailbox}.immutable_id"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-Mailbox {from.mailbox} -ImmutableId {from.local}@{namespace}",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::RecipientResolutionSlow => {
            const {
                &treated!(
                    &["parameters.directory_resolution"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Build(
                            "Repair the directory servers, so that an address is resolved within milliseconds; here a parameter of all organizations.",
                            "parameters.directory_resolution = { dist = \"constant\", value = \"5 ms\" }",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::RecipientNotFound
        | Cause::RecipientUnknownAtTarget
        | Cause::AutodiscoverUnknownUser => {
            const {
                &treated!(
                    &["request.{request}.to"],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Correct the address {attendee}.",
                            Asking::NearestAddress
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::RecipientGroupTooLarge => {
            const {
                &treated!(
                    &["request.{request}.to"],
                    &[remedy!(
                        Requester,
                        &[Step::Ask(
                            "Name the members of {attendee} one by one.",
                            Asking::AMemberOfTheGroup
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::RecipientMovedAway => {
            const {
                &treated!(
                    &[
                        "relationship.{requester.relationship-key}.target_sharing_epr",
                        "org.{target}.mail_user.{attendee.local}.external_address"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetAutodiscoverEpr {target.autodiscover-epr} -TargetSharingEpr $null\n\
                         Get-FederationInformation -DomainName {moved.domain} | New-OrganizationRelationship -Name \"{moved.domain}\" -FreeBusyAccessEnabled $true -FreeBusyAccessLevel AvailabilityOnly",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::CalendarMissing => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{attendee.mailbox}.calendar"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Repair the mailbox {attendee.mailbox}, so that it has a calendar (Outlook /resetfolders).",
                            "org.{target}.mailbox.{attendee.mailbox}.calendar = \"present\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::MailboxUnavailable => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{attendee.mailbox}.state"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Mount-Database, for the database of {attendee.mailbox}.",
                            "org.{target}.mailbox.{attendee.mailbox}.state = \"available\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::MailboxFailingOver => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{attendee.mailbox}.state"],
                    &[
                        remedy_when!(
                            |case| case.changes_in_time(),
                            "something changes in the course of the run",
                            Wait,
                            &[Step::Wait("the database has failed over")],
                            &[],
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Move-ActiveMailboxDatabase, for the database of {attendee.mailbox}.",
                                "org.{target}.mailbox.{attendee.mailbox}.state = \"available\"",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::PersonalShareTo2007 => {
            const {
                &treated!(
                    &[
                        "org.{target}.exchange",
                        "org.{target}.server.{server}.version"
                    ],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Build(
                            "New-MoveRequest {attendee.mailbox}, to a server of Exchange 2013.",
                            "org.{target}.server.moved = {}\norg.{target}.mailbox.{attendee.mailbox}.server = \"moved\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        _ => return None,
    })
}

const FEDERATE_SENDERS_DOMAIN: &str = "\
$proof = Get-FederatedDomainProof -DomainName {from.domain}
Add-DnsServerResourceRecord -ZoneName {from.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Add-FederatedDomain -DomainName {from.domain}";

const ACCEPT_SENDERS_DOMAIN: &str = "\
New-AcceptedDomain -Name {from.domain} -DomainName {from.domain} -DomainType Authoritative
$proof = Get-FederatedDomainProof -DomainName {from.domain}
Add-DnsServerResourceRecord -ZoneName {from.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Add-FederatedDomain -DomainName {from.domain}";
