//! What one organization has set up toward another: organization relationships, intra-organization
//! connectors, availability address spaces.
//!
//! It knows nothing of how a request travels. Invariant: what the requester reads of its own object
//! and what the target reads of its own object are two functions; nothing of the partner's object is
//! ever read.

use std::sync::Arc;

use super::revised::carries;
use crate::engine::hash::NameHash;

use super::address::Url;
use super::cause::Cause;
use super::directory::GroupId;
use super::names::NameId;
use super::organization::{OrgId, ServerId};
use super::outcome::{AccessLevel, Answer, Asks};
use super::parameters::TargetFreeBusyRule;

crate::define_id! {
    /// An organization relationship.
    RelationshipId;
    /// An intra-organization connector.
    ConnectorId;
    /// An availability address space.
    AddressSpaceId;
}

/// An organization relationship: an object in one organization about another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationRelationship {
    /// The organization that holds it.
    pub organization: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// Whether the object exists.
    pub exists: bool,
    /// `Enabled`: false stops everything, in either role.
    pub enabled: bool,
    /// `DomainNames`: the partner's SMTP domains, matched exactly, without subdomains.
    pub domain_names: Arc<[NameId]>,
    /// `FreeBusyAccessEnabled`: whether we may ask the partner. Read by the requester.
    pub free_busy_access_enabled: bool,
    /// `FreeBusyAccessLevel`: the ceiling of what the partner gets. Read by the target.
    pub free_busy_access_level: AccessLevel,
    /// `FreeBusyAccessScope`: whose calendars the partner may see. Read by the target.
    pub free_busy_access_scope: Scope,
    /// `MailTipsAccessEnabled`: whether MailTips pass. Read by the requester and by the target.
    pub mail_tips_access_enabled: bool,
    /// `MailTipsAccessLevel`: which MailTips the partner gets. Read by the target.
    pub mail_tips_access_level: MailTipsLevel,
    /// `MailTipsAccessScope`: of whom the partner gets those that concern one recipient alone. Read by
    /// the target.
    pub mail_tips_access_scope: Scope,
    /// `PhotosEnabled`: whether the partner gets photos. Read by the target.
    pub photos_enabled: bool,
    /// `DeliveryReportEnabled`: whether delivery reports pass. Read by the requester and by the target.
    pub delivery_report_enabled: bool,
    /// `ArchiveAccessEnabled`: whether the partner keeps archives of our users. Read by the requester.
    pub archive_access_enabled: bool,
    /// `TargetApplicationUri`: the audience of tokens. Read by the requester.
    pub target_application_uri: Option<NameId>,
    /// `TargetAutodiscoverEpr`. Read by the requester.
    pub target_autodiscover_epr: Option<Url>,
    /// `TargetSharingEpr`: if set, Autodiscover is skipped. Read by the requester.
    pub target_sharing_epr: Option<Url>,
    /// The token issuer that the partner is known to use, as Get-FederationInformation told.
    pub target_token_issuer: Option<NameId>,
}

impl OrganizationRelationship {
    /// A relationship that does not exist yet, and opens nothing.
    pub fn blank(organization: OrgId, hash: NameHash, name: &str) -> Self {
        Self {
            organization,
            name: name.into(),
            hash,
            exists: false,
            enabled: false,
            domain_names: [].into(),
            free_busy_access_enabled: false,
            free_busy_access_level: AccessLevel::None,
            free_busy_access_scope: Scope::Everyone,
            mail_tips_access_enabled: false,
            mail_tips_access_level: MailTipsLevel::None,
            mail_tips_access_scope: Scope::Everyone,
            photos_enabled: false,
            delivery_report_enabled: false,
            archive_access_enabled: false,
            target_application_uri: None,
            target_autodiscover_epr: None,
            target_sharing_epr: None,
            target_token_issuer: None,
        }
    }

    /// What administrators call it: the partner, where the scenario names both ends.
    pub fn shown_name(&self) -> &str {
        shown_name(&self.name)
    }
}

/// What administrators call an object that the scenario names `own -> partner`: the partner.
pub fn shown_name(name: &str) -> &str {
    name.split_once(" -> ").map_or(name, |(_, partner)| partner)
}

/// Which MailTips a partner gets.
///
/// Source: MailTipsAccessLevel, New-OrganizationRelationship (docs).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailTipsLevel {
    /// None.
    #[default]
    None,
    /// Those that prevent a non-delivery report, and automatic replies.
    Limited,
    /// All.
    All,
}

/// Whose calendars, or other things of people, a partner may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    Everyone,
    /// The members of this group, nested groups included.
    Members(GroupId),
}

/// An intra-organization connector: OAuth instead of delegation tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// The organization that holds it.
    pub organization: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// Whether it exists and is enabled.
    pub enabled: bool,
    /// The SMTP domains that it serves.
    pub domains: Box<[NameId]>,
    /// Where Autodiscover is asked.
    pub discovery_endpoint: Url,
    /// Whether OAuth works between the two.
    pub oauth: OAuthState,
}

/// Whether OAuth works between two organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthState {
    /// A token is issued and accepted.
    Working,
    /// The authorization server issues none.
    TokenRefused,
    /// The target does not accept it.
    TokenRejected,
}

/// An availability address space: free/busy of a domain without the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressSpace {
    /// The organization that holds it.
    pub organization: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// Whether the object exists.
    pub exists: bool,
    /// The domain that it serves.
    pub domain: NameId,
    /// How the other side is reached.
    pub method: AccessMethod,
    /// Where Autodiscover is asked, if the object says so.
    pub target_autodiscover_epr: Option<Url>,
    /// Whether the other side accepts its credentials.
    pub credentials: Credentials,
    /// For [`AccessMethod::InternalProxy`]: the newer server that asks instead.
    pub proxy_server: Option<ServerId>,
}

/// How the other side of an address space is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMethod {
    /// With one account for everybody.
    OrganizationWide,
    /// With one account for everybody, by basic authentication.
    OrganizationWideBasic,
    /// With each user's own rights.
    PerUser,
    /// By public folder replication; refused by Exchange 2013 and later.
    PublicFolder,
    /// By a newer Client Access server of the own organization.
    InternalProxy,
}

/// Whether credentials are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// They are.
    Valid,
    /// They are not.
    Invalid,
}

/// What the requester makes of its own relationship for a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequesterReading {
    /// Ask the partner.
    Ask,
    /// It counts as absent; other paths may follow. The cause counts if none does.
    Absent(Cause),
    /// It is there but unusable, and no other path is tried.
    Stops(Cause),
}

/// Which MailTips a target gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailTipsGrant {
    /// Whose are in the scope.
    pub scope: Scope,
    /// Those of a recipient in the scope.
    pub within_scope: Answer,
    /// Those of a recipient outside.
    pub outside_scope: Answer,
}

/// What the requester reads of its own relationship, by what is asked.
///
/// Source: path choice, observed, Exchange 2013: `Enabled`, `FreeBusyAccessEnabled`, the endpoints and
/// the application URI; a disabled one is treated as absent, one without endpoints gives 5047.
/// Assumed: for MailTips `MailTipsAccessEnabled` stands for `FreeBusyAccessEnabled`, and for photos
/// nothing does, for `PhotosEnabled` is the target's. For delivery reports `DeliveryReportEnabled` does, for
/// archives `ArchiveAccessEnabled`.
pub fn read_as_requester(
    relationship: Option<&OrganizationRelationship>,
    asks: Asks,
) -> RequesterReading {
    let Some(relationship) = relationship.filter(|relationship| relationship.exists) else {
        return RequesterReading::Absent(Cause::RelationshipNoneAtRequester);
    };
    if !relationship.enabled {
        return RequesterReading::Absent(Cause::RelationshipDisabledAtRequester);
    }
    let may_not_ask = match asks {
        Asks::FreeBusy if !relationship.free_busy_access_enabled => {
            Some(Cause::RelationshipFreeBusyDisabledAtRequester)
        }
        Asks::MailTips if !relationship.mail_tips_access_enabled => {
            Some(Cause::RelationshipMailTipsDisabledAtRequester)
        }
        Asks::DeliveryReports if !relationship.delivery_report_enabled => {
            Some(Cause::RelationshipDeliveryReportsDisabledAtRequester)
        }
        Asks::Archive if !relationship.archive_access_enabled => {
            Some(Cause::RelationshipArchiveDisabledAtRequester)
        }
        // What was shared in person needs no relationship, and never comes here.
        Asks::FreeBusy
        | Asks::MailTips
        | Asks::Photos
        | Asks::SharedCalendar
        | Asks::Synchronization
        | Asks::DeliveryReports
        | Asks::Archive
        | Asks::Invitation
        | Asks::OpenInvitation => None,
    };
    if let Some(cause) = may_not_ask {
        return RequesterReading::Absent(cause);
    }
    let has_endpoint =
        relationship.target_sharing_epr.is_some() || relationship.target_autodiscover_epr.is_some();
    if relationship.target_application_uri.is_none() || !has_endpoint {
        return RequesterReading::Stops(Cause::RelationshipWithoutEndpoint);
    }
    RequesterReading::Ask
}

/// What the target grants by its own relationship for the caller's domain: a ceiling and a scope.
///
/// Source: target side, observed, Exchange 2013: `Enabled`, `FreeBusyAccessLevel`,
/// `FreeBusyAccessScope`. The documentation says that level and scope matter only while
/// FreeBusyAccessEnabled is true; `rule` chooses.
pub fn read_as_target(
    relationship: Option<&OrganizationRelationship>,
    rule: TargetFreeBusyRule,
) -> Result<(AccessLevel, Scope), Cause> {
    let relationship = in_force_at_target(relationship)?;
    if rule == TargetFreeBusyRule::Documented && !relationship.free_busy_access_enabled {
        return Err(Cause::RelationshipFreeBusyDisabledAtTarget);
    }
    if relationship.free_busy_access_level == AccessLevel::None {
        return Err(Cause::RelationshipLevelNoneAtTarget);
    }
    Ok((
        relationship.free_busy_access_level,
        relationship.free_busy_access_scope,
    ))
}

/// Which MailTips the target gives by its own relationship for the caller's domain, of a recipient in
/// its scope and of one outside.
///
/// Source: MailTipsAccessEnabled, -Level and -Scope, New-OrganizationRelationship (docs); outside the
/// scope Mailbox Full, Automatic Replies and the custom tip are withheld, MailTips over organization
/// relationships (docs), which speaks of the level All alone.
pub fn read_mail_tips_as_target(
    relationship: Option<&OrganizationRelationship>,
) -> Result<MailTipsGrant, Cause> {
    let relationship = in_force_at_target(relationship)?;
    if !relationship.mail_tips_access_enabled {
        return Err(Cause::RelationshipMailTipsDisabledAtTarget);
    }
    let (within_scope, outside_scope) = match relationship.mail_tips_access_level {
        MailTipsLevel::None => return Err(Cause::RelationshipMailTipsLevelNoneAtTarget),
        MailTipsLevel::Limited => (Answer::LimitedMailTips, Answer::LimitedMailTips),
        MailTipsLevel::All => (Answer::AllMailTips, Answer::MailTipsOutsideScope),
    };
    Ok(MailTipsGrant {
        scope: relationship.mail_tips_access_scope,
        within_scope,
        outside_scope,
    })
}

/// Whether the target gives photos by its own relationship for the caller's domain.
///
/// Source: PhotosEnabled, Set-OrganizationRelationship (docs); its default is remembered.
pub fn read_photos_as_target(relationship: Option<&OrganizationRelationship>) -> Result<(), Cause> {
    let relationship = in_force_at_target(relationship)?;
    if !relationship.photos_enabled {
        return Err(Cause::RelationshipPhotosDisabledAtTarget);
    }
    Ok(())
}

/// Whether the target gives delivery reports by its own relationship for the caller's domain.
///
/// Source: DeliveryReportEnabled, needed on both sides, New-OrganizationRelationship (docs).
pub fn read_delivery_reports_as_target(
    relationship: Option<&OrganizationRelationship>,
) -> Result<(), Cause> {
    let relationship = in_force_at_target(relationship)?;
    if !relationship.delivery_report_enabled {
        return Err(Cause::RelationshipDeliveryReportsDisabledAtTarget);
    }
    Ok(())
}

/// Whether the target opens an archive by its own relationship for the caller's domain.
///
/// Assumed: that it is enabled is enough, for `ArchiveAccessEnabled` is about what the requester's users
/// have elsewhere.
pub fn read_archive_as_target(
    relationship: Option<&OrganizationRelationship>,
) -> Result<(), Cause> {
    in_force_at_target(relationship).map(drop)
}

/// The target's relationship, if there is one that is enabled.
fn in_force_at_target(
    relationship: Option<&OrganizationRelationship>,
) -> Result<&OrganizationRelationship, Cause> {
    let relationship = relationship
        .filter(|relationship| relationship.exists)
        .ok_or(Cause::RelationshipNoneAtTarget)?;
    if !relationship.enabled {
        return Err(Cause::RelationshipDisabledAtTarget);
    }
    Ok(relationship)
}

carries!(OrganizationRelationship {
    organization,
    name,
    hash,
    exists,
    enabled,
    domain_names,
    free_busy_access_enabled,
    free_busy_access_level,
    free_busy_access_scope,
    mail_tips_access_enabled,
    mail_tips_access_level,
    mail_tips_access_scope,
    photos_enabled,
    delivery_report_enabled,
    archive_access_enabled,
    target_application_uri,
    target_autodiscover_epr,
    target_sharing_epr,
    target_token_issuer
});
carries!(Connector {
    organization,
    name,
    hash,
    enabled,
    domains,
    discovery_endpoint,
    oauth
});
carries!(AddressSpace {
    organization,
    name,
    hash,
    exists,
    domain,
    method,
    target_autodiscover_epr,
    credentials,
    proxy_server
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::UrlPath;

    fn relationship() -> OrganizationRelationship {
        let epr = Url {
            host: NameId(3),
            path: UrlPath::AutodiscoverWsSecurity,
        };
        OrganizationRelationship {
            exists: true,
            enabled: true,
            domain_names: [NameId(1)].into(),
            free_busy_access_enabled: true,
            free_busy_access_level: AccessLevel::Simple,
            target_application_uri: Some(NameId(2)),
            target_autodiscover_epr: Some(epr),
            ..OrganizationRelationship::blank(OrgId(0), NameHash::of("a -> b"), "a -> b")
        }
    }

    #[test]
    fn the_requester_reads_enabled_access_and_endpoints_of_its_own_object() {
        use RequesterReading::{Absent, Ask, Stops};
        type Change = fn(&mut OrganizationRelationship);
        let cases: [(Change, RequesterReading); 8] = [
            (|_| (), Ask),
            (|r| r.free_busy_access_level = AccessLevel::None, Ask),
            (
                |r| r.exists = false,
                Absent(Cause::RelationshipNoneAtRequester),
            ),
            (
                |r| r.enabled = false,
                Absent(Cause::RelationshipDisabledAtRequester),
            ),
            (
                |r| r.free_busy_access_enabled = false,
                Absent(Cause::RelationshipFreeBusyDisabledAtRequester),
            ),
            (
                |r| r.target_application_uri = None,
                Stops(Cause::RelationshipWithoutEndpoint),
            ),
            (
                |r| r.target_autodiscover_epr = None,
                Stops(Cause::RelationshipWithoutEndpoint),
            ),
            (
                |r| {
                    r.target_sharing_epr = r.target_autodiscover_epr.take();
                },
                Ask,
            ),
        ];
        for (number, (change, reading)) in cases.into_iter().enumerate() {
            let mut relationship = relationship();
            change(&mut relationship);
            assert_eq!(
                read_as_requester(Some(&relationship), Asks::FreeBusy),
                reading,
                "case {number}"
            );
        }
        let none = Absent(Cause::RelationshipNoneAtRequester);
        assert_eq!(read_as_requester(None, Asks::FreeBusy), none);
    }

    /// Each switch concerns one thing that is asked; the switch for photos is not the requester's.
    #[test]
    fn the_requester_tests_for_each_thing_a_switch_of_its_own_and_for_photos_none() {
        use RequesterReading::{Absent, Ask};
        let asked = [
            Asks::FreeBusy,
            Asks::MailTips,
            Asks::Photos,
            Asks::DeliveryReports,
            Asks::Archive,
        ];
        let tips_only = OrganizationRelationship {
            free_busy_access_enabled: false,
            mail_tips_access_enabled: true,
            ..relationship()
        };
        let free_busy_off = Absent(Cause::RelationshipFreeBusyDisabledAtRequester);
        let tips_off = Absent(Cause::RelationshipMailTipsDisabledAtRequester);
        let disabled = OrganizationRelationship {
            enabled: false,
            ..relationship()
        };
        let reports_and_archive = OrganizationRelationship {
            delivery_report_enabled: true,
            archive_access_enabled: true,
            ..relationship()
        };
        let off = Absent(Cause::RelationshipDisabledAtRequester);
        let no_reports = Absent(Cause::RelationshipDeliveryReportsDisabledAtRequester);
        let no_archive = Absent(Cause::RelationshipArchiveDisabledAtRequester);
        for (relationship, readings) in [
            (relationship(), [Ask, tips_off, Ask, no_reports, no_archive]),
            (tips_only, [free_busy_off, Ask, Ask, no_reports, no_archive]),
            (reports_and_archive, [Ask, tips_off, Ask, Ask, Ask]),
            (disabled, [off; 5]),
        ] {
            let read = |&asks: &Asks| read_as_requester(Some(&relationship), asks);
            assert_eq!(asked.iter().map(read).collect::<Vec<_>>(), readings);
        }
    }

    #[test]
    fn the_target_gives_mail_tips_by_its_switch_its_level_and_its_scope() {
        use Answer::{AllMailTips, LimitedMailTips, MailTipsOutsideScope};
        let group = Scope::Members(GroupId(1));
        let given = |enabled, mail_tips_access_enabled, mail_tips_access_level| {
            let relationship = OrganizationRelationship {
                enabled,
                mail_tips_access_enabled,
                mail_tips_access_level,
                mail_tips_access_scope: group,
                ..relationship()
            };
            let grant = read_mail_tips_as_target(Some(&relationship));
            grant.map(|grant| {
                assert_eq!(grant.scope, group);
                (grant.within_scope, grant.outside_scope)
            })
        };
        use MailTipsLevel::{All, Limited, None};
        for (enabled, access, level, expected) in [
            (true, true, All, Ok((AllMailTips, MailTipsOutsideScope))),
            (true, true, Limited, Ok((LimitedMailTips, LimitedMailTips))),
            (
                true,
                true,
                None,
                Err(Cause::RelationshipMailTipsLevelNoneAtTarget),
            ),
            (
                true,
                false,
                All,
                Err(Cause::RelationshipMailTipsDisabledAtTarget),
            ),
            (false, true, All, Err(Cause::RelationshipDisabledAtTarget)),
        ] {
            assert_eq!(given(enabled, access, level), expected, "{level:?}");
        }
        let nothing = read_mail_tips_as_target(Option::None);
        assert_eq!(nothing, Err(Cause::RelationshipNoneAtTarget));
    }

    #[test]
    fn the_target_gives_photos_by_their_switch_alone() {
        for (enabled, photos_enabled, expected) in [
            (true, true, Ok(())),
            (true, false, Err(Cause::RelationshipPhotosDisabledAtTarget)),
            (false, true, Err(Cause::RelationshipDisabledAtTarget)),
        ] {
            let relationship = OrganizationRelationship {
                enabled,
                photos_enabled,
                free_busy_access_level: AccessLevel::None,
                ..relationship()
            };
            assert_eq!(read_photos_as_target(Some(&relationship)), expected);
        }
    }

    #[test]
    fn the_target_does_not_test_whether_it_may_ask_itself_unless_the_documented_rule_is_chosen() {
        use TargetFreeBusyRule::{Documented, Observed};
        let silent = OrganizationRelationship {
            free_busy_access_enabled: false,
            ..relationship()
        };
        let granted = Ok((AccessLevel::Simple, Scope::Everyone));
        assert_eq!(read_as_target(Some(&silent), Observed), granted);
        let refused = Err(Cause::RelationshipFreeBusyDisabledAtTarget);
        assert_eq!(read_as_target(Some(&silent), Documented), refused);
        let disabled = OrganizationRelationship {
            enabled: false,
            ..relationship()
        };
        let refused = Err(Cause::RelationshipDisabledAtTarget);
        assert_eq!(read_as_target(Some(&disabled), Observed), refused);
        assert_eq!(
            read_as_target(None, Observed),
            Err(Cause::RelationshipNoneAtTarget)
        );
    }
}
