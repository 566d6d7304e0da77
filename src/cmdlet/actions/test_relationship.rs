//! `Test-OrganizationRelationship`: a relationship beside the partner's.
//!
//! It knows nothing of calendars: it reads configuration, and cannot see permissions, the reachability of
//! EWS, or clocks. Invariant: each row has a number and an id of the documented table.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::Object;
use crate::model::address::{Address, Url, UrlPath};
use crate::model::administration::{Errand, ErrandReply, RelationshipSettings, TokenWish};
use crate::model::directory::{FederatedIdentity, federated_address};
use crate::model::organization::Generation;
use crate::model::outcome::{AccessLevel, Leg};
use crate::model::relationship::{MailTipsLevel, OrganizationRelationship};
use crate::model::token::DelegationToken;

use super::call::Call;
use super::information::{Discovered, Trusted, Unfound, attempt, discover};
use super::relationship::required;
use super::shell::{Outcome, Shell};

/// What can be wrong, by the product's numbers.
///
/// Source: ids of Test-OrganizationRelationship, observed, Exchange 2013; the numbers above 24 are not
/// verified. Left out are those that nothing here can bring about; the description of the model lists
/// them.
#[derive(Clone, Copy)]
enum Id {
    FailureToGetDelegationToken = 1,
    AutodiscoverUrlsDiffer = 2,
    AutodiscoverServiceCallFailed = 3,
    NoOrganizationRelationshipInstancesWereReturnedByTheRemoteParty = 4,
    MultipleOrganizationRelationshipInstancesReturnedByTheRemoteParty = 5,
    VerificationOfRemoteOrganizationRelationshipFailed = 6,
    ApplicationUrisDiffer = 7,
    AccessMismatchLocalRemote = 8,
    AccessMismatchRemoteLocal = 10,
    PropertiesDiffer = 11,
    LocalFederatedDomainsAreMissingFromTheRemoteOrganizationRelationsipDomains = 13,
    TargetSharingEprDoesNotMatchAnyExternalURI = 16,
    UserFedDomainNotInRemoteOrgRelationship = 18,
    UserFedDomainInMultipleRemoteOrgRelationship = 19,
    NoRemoteFederatedDomainInLocalOrgRelationship = 20,
    FederatedOrganizationIdNotEnabled = 21,
    ApplicationUriMissing = 22,
    MismatchedFederation = 23,
    FederatedIdentityTypeMismatch = 25,
    RequiredIdentityInformationNotSet = 26,
    UserFederatedIdentityIsNotFederatedDomain = 27,
    UserFederatedDomainDoesNotMatchAccountNamespace = 28,
    AutoDiscoverNotSetInOrgRelationship = 29,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Warning,
    Error,
}

impl Id {
    fn name(self) -> &'static str {
        use Id::*;
        match self {
            FailureToGetDelegationToken => "FailureToGetDelegationToken",
            AutodiscoverUrlsDiffer => "AutodiscoverUrlsDiffer",
            AutodiscoverServiceCallFailed => "AutodiscoverServiceCallFailed",
            NoOrganizationRelationshipInstancesWereReturnedByTheRemoteParty => {
                "NoOrganizationRelationshipInstancesWereReturnedByTheRemoteParty"
            }
            MultipleOrganizationRelationshipInstancesReturnedByTheRemoteParty => {
                "MultipleOrganizationRelationshipInstancesReturnedByTheRemoteParty"
            }
            VerificationOfRemoteOrganizationRelationshipFailed => {
                "VerificationOfRemoteOrganizationRelationshipFailed"
            }
            ApplicationUrisDiffer => "ApplicationUrisDiffer",
            AccessMismatchLocalRemote => "AccessMismatchLocalRemote",
            AccessMismatchRemoteLocal => "AccessMismatchRemoteLocal",
            PropertiesDiffer => "PropertiesDiffer",
            LocalFederatedDomainsAreMissingFromTheRemoteOrganizationRelationsipDomains => {
                "LocalFederatedDomainsAreMissingFromTheRemoteOrganizationRelationsipDomains"
            }
            TargetSharingEprDoesNotMatchAnyExternalURI => {
                "TargetSharingEprDoesNotMatchAnyExternalURI"
            }
            UserFedDomainNotInRemoteOrgRelationship => "UserFedDomainNotInRemoteOrgRelationship",
            UserFedDomainInMultipleRemoteOrgRelationship => {
                "UserFedDomainInMultipleRemoteOrgRelationship"
            }
            NoRemoteFederatedDomainInLocalOrgRelationship => {
                "NoRemoteFederatedDomainInLocalOrgRelationship"
            }
            FederatedOrganizationIdNotEnabled => "FederatedOrganizationIdNotEnabled",
            ApplicationUriMissing => "ApplicationUriMissing",
            MismatchedFederation => "MismatchedFederation",
            FederatedIdentityTypeMismatch => "FederatedIdentityTypeMismatch",
            RequiredIdentityInformationNotSet => "RequiredIdentityInformationNotSet",
            UserFederatedIdentityIsNotFederatedDomain => {
                "UserFederatedIdentityIsNotFederatedDomain"
            }
            UserFederatedDomainDoesNotMatchAccountNamespace => {
                "UserFederatedDomainDoesNotMatchAccountNamespace"
            }
            AutoDiscoverNotSetInOrgRelationship => "AutoDiscoverNotSetInOrgRelationship",
        }
    }
}

/// The rows of a test.
struct Findings<'a, 'v> {
    shell: &'a Shell<'v>,
    rows: Vec<Object>,
}

impl Findings<'_, '_> {
    fn add(&mut self, id: Id, status: Status, description: impl Into<String>) {
        let status = match status {
            Status::Warning => "Warning",
            Status::Error => "Error",
        };
        let row = self
            .shell
            .object("OrganizationRelationshipTestResult")
            .with("Identity", id as i64)
            .with("Id", id.name())
            .with("Status", status)
            .with("Description", description.into());
        self.rows.push(row);
    }

    fn end(mut self) -> Vec<Object> {
        if self.rows.is_empty() {
            // Source: what a clean test ends with, observed.
            let row = self
                .shell
                .object("OrganizationRelationshipTestResult")
                .with("Identity", 0)
                .with("Id", "NoSignificantIssuesToReport")
                .with("Status", "Success")
                .with("Description", "No Significant Issues to Report");
            self.rows.push(row);
        }
        self.rows
    }
}

/// Tests a relationship.
///
/// Source: steps and ids, observed, Exchange 2013.
pub(super) async fn test_organization_relationship(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let id = required(call)?;
    let ours = shell.federation().relationships.at(id, shell.now()).clone();
    let user = prepare(call, &ours)?;
    let mut findings = Findings {
        shell,
        rows: Vec::new(),
    };
    if !shell.organization().identifier.enabled {
        let text = "The federated organization identifier is disabled.";
        findings.add(Id::FederatedOrganizationIdNotEnabled, Status::Warning, text);
    }
    if !is_user_fit(&mut findings, &user) {
        return Ok(findings.end());
    }
    let partner = match ask_partner(shell, &ours).await {
        Ok(partner) => {
            is_same_url(&mut findings, &ours, &partner);
            if !is_same_federation(&mut findings, &ours, &partner) {
                return Ok(findings.end());
            }
            Some(partner)
        }
        Err(why) => {
            if why == Unfound::OtherDomains {
                let text = "The relationship names none of the partner's federated domains.";
                let id = Id::NoRemoteFederatedDomainInLocalOrgRelationship;
                findings.add(id, Status::Warning, text);
            }
            None
        }
    };
    if ours.target_application_uri.is_none() {
        let text = "The relationship has no TargetApplicationUri.";
        findings.add(Id::ApplicationUriMissing, Status::Warning, text);
        return Ok(findings.end());
    }
    let Some(token) = request_token(&mut findings, &ours, user.email).await else {
        return Ok(findings.end());
    };
    let url = endpoint(&ours, partner.as_ref());
    let Some(settings) = read_settings(&mut findings, &ours, url, token).await else {
        return Ok(findings.end());
    };
    compare(&mut findings, &ours, &settings, user.email);
    Ok(findings.end())
}

/// The user on whose behalf the partner is asked.
struct User {
    email: Address,
    identity: FederatedIdentity,
}

/// What keeps the test from beginning.
///
/// Source: hard errors before the steps, observed, Exchange 2013.
fn prepare(call: &Call<'_, '_>, ours: &OrganizationRelationship) -> Result<User, ErrorRecord> {
    let shell = call.shell;
    let stop = |message: &str| call.error("InvalidOperation", "InvalidOperationException", message);
    let organization = shell.organization();
    if !organization.trust.exists || !organization.identifier.exists {
        return Err(stop("Federation is not enabled in the local organization."));
    }
    if ours.domain_names.is_empty() {
        return Err(stop("The organization relationship has no domains."));
    }
    let identity = call.text("UserIdentity").unwrap_or_default();
    let Some(key) = shell.mailbox(identity) else {
        return Err(call.not_found("mailbox", identity));
    };
    let keys = shell.console.keys();
    let mailbox = shell
        .federation()
        .mailbox(shell.organization_id(), key, shell.now(), keys);
    let email = federated_address(organization, mailbox)
        .ok_or_else(|| stop("The user has no federated identity."))?;
    Ok(User {
        email,
        identity: mailbox.identity,
    })
}

fn is_user_fit(findings: &mut Findings<'_, '_>, user: &User) -> bool {
    let shell = findings.shell;
    let organization = shell.organization();
    let is_online = organization.edition.generation == Generation::Online;
    let namespace = organization.identifier.account_namespace;
    let (id, text) = match user.identity {
        FederatedIdentity::UserPrincipalName if !is_online => (
            Id::FederatedIdentityTypeMismatch,
            "The type of the user's federated identity is not ImmutableId.",
        ),
        FederatedIdentity::Immutable(suffix) if suffix == namespace => return true,
        FederatedIdentity::Immutable(suffix) if shell.text(suffix).is_empty() => (
            Id::RequiredIdentityInformationNotSet,
            "The user's federated identity is not set.",
        ),
        FederatedIdentity::Immutable(suffix) if !organization.is_federated_domain(suffix) => (
            Id::UserFederatedIdentityIsNotFederatedDomain,
            "The domain of the user's federated identity is not a federated domain.",
        ),
        FederatedIdentity::Immutable(_) => (
            Id::UserFederatedDomainDoesNotMatchAccountNamespace,
            "The user's federated identity does not end in the account namespace.",
        ),
        _ => return true,
    };
    findings.add(id, Status::Warning, text);
    false
}

/// What the partner tells of its federation, where the relationship says it is asked, else by
/// discovery: about each domain of the relationship, until one is answered.
async fn ask_partner(
    shell: &Shell<'_>,
    ours: &OrganizationRelationship,
) -> Result<Discovered, Unfound> {
    let trusted = Trusted {
        hosts: &[],
        everybody: false,
    };
    let mut why = Unfound::NoAnswer;
    for &domain in ours.domain_names.iter() {
        let told = match ours.target_autodiscover_epr {
            Some(epr) => {
                let url = Url {
                    path: UrlPath::Autodiscover,
                    ..epr
                };
                attempt(shell, url, domain, &trusted).await
            }
            None => discover(shell, domain, &trusted)
                .await
                .ok_or(Unfound::NoAnswer),
        };
        match told {
            Ok(partner) => return Ok(partner),
            Err(Unfound::OtherDomains) => why = Unfound::OtherDomains,
            Err(Unfound::NoAnswer) => {}
        }
    }
    Err(why)
}

/// Whether the address that answered is the one that the relationship names.
fn is_same_url(
    findings: &mut Findings<'_, '_>,
    ours: &OrganizationRelationship,
    partner: &Discovered,
) {
    let answered = Url {
        path: UrlPath::AutodiscoverWsSecurity,
        ..partner.url
    };
    if ours
        .target_autodiscover_epr
        .is_some_and(|epr| epr != answered)
    {
        let text = "The address that answered is not the relationship's TargetAutodiscoverEpr.";
        findings.add(Id::AutodiscoverUrlsDiffer, Status::Warning, text);
    }
}

fn is_same_federation(
    findings: &mut Findings<'_, '_>,
    ours: &OrganizationRelationship,
    partner: &Discovered,
) -> bool {
    let issuer = findings.shell.organization().trust.token_issuer_uri;
    let uri = ours.target_application_uri;
    let same_issuer = issuer == Some(partner.information.token_issuer);
    let same_uri = uri.is_none() || uri == Some(partner.information.application_uri);
    if !same_issuer || !same_uri {
        let text = "The partner's token issuer or application URI is not that of the relationship.";
        findings.add(Id::MismatchedFederation, Status::Warning, text);
    }
    same_issuer && same_uri
}

async fn request_token(
    findings: &mut Findings<'_, '_>,
    ours: &OrganizationRelationship,
    email: Address,
) -> Option<DelegationToken> {
    let wish = TokenWish {
        audience: ours.target_application_uri?,
        email,
        domain: *ours.domain_names.first()?,
        leg: Leg::AutodiscoverToken,
    };
    let why = match findings.shell.ask(Errand::Token(wish)).await {
        Ok(ErrandReply::Token(token)) => return Some(token),
        Ok(_) => "the answer could not be read",
        Err(failure) => failure.text(),
    };
    let text = format!("No delegation token for the partner could be had: {why}.");
    findings.add(Id::FailureToGetDelegationToken, Status::Error, text);
    None
}

fn endpoint(ours: &OrganizationRelationship, partner: Option<&Discovered>) -> Option<Url> {
    let found = partner.map(|partner| Url {
        path: UrlPath::AutodiscoverWsSecurity,
        ..partner.url
    });
    found.or(ours.target_autodiscover_epr)
}

async fn read_settings(
    findings: &mut Findings<'_, '_>,
    ours: &OrganizationRelationship,
    url: Option<Url>,
    token: DelegationToken,
) -> Option<Vec<OrganizationRelationship>> {
    let shell = findings.shell;
    let Some(url) = url else {
        let text = "The relationship has no TargetAutodiscoverEpr, and none was found.";
        findings.add(
            Id::AutoDiscoverNotSetInOrgRelationship,
            Status::Warning,
            text,
        );
        return None;
    };
    let domain = *ours.domain_names.first()?;
    let errand = Errand::RelationshipSettings { url, domain, token };
    let why = match shell.ask(errand).await {
        Ok(ErrandReply::RelationshipSettings(settings)) => {
            let federation = shell.federation();
            let row = |seen: &RelationshipSettings| {
                federation
                    .relationships
                    .at(seen.relationship, seen.as_of)
                    .clone()
            };
            return Some(settings.iter().map(row).collect());
        }
        Ok(_) => "it redirects the caller",
        Err(failure) => failure.text(),
    };
    let text = format!("The partner's Autodiscover service could not be called: {why}.");
    findings.add(Id::AutodiscoverServiceCallFailed, Status::Error, text);
    None
}

/// Compares what the partner has with what we have.
fn compare(
    findings: &mut Findings<'_, '_>,
    ours: &OrganizationRelationship,
    settings: &[OrganizationRelationship],
    user: Address,
) {
    let names_user = |row: &&OrganizationRelationship| row.domain_names.contains(&user.domain);
    let theirs = settings.iter().find(names_user).or(settings.first());
    let Some(theirs) = theirs else {
        let text = "The partner has no organization relationship for the user's domain.";
        let id = Id::NoOrganizationRelationshipInstancesWereReturnedByTheRemoteParty;
        findings.add(id, Status::Error, text);
        return;
    };
    if settings.len() > 1 {
        let text = "The partner has more than one organization relationship for us.";
        let id = Id::MultipleOrganizationRelationshipInstancesReturnedByTheRemoteParty;
        findings.add(id, Status::Warning, text);
        if settings.iter().filter(names_user).count() > 1 {
            let text = "More than one of the partner's relationships names the user's domain.";
            let id = Id::UserFedDomainInMultipleRemoteOrgRelationship;
            findings.add(id, Status::Warning, text);
        }
    }
    let identities_fit = compare_identity(findings, theirs, user);
    let access_fits = compare_access(findings, ours, theirs);
    if !identities_fit || !access_fits {
        let text = "The partner's organization relationship does not fit ours.";
        let id = Id::VerificationOfRemoteOrganizationRelationshipFailed;
        findings.add(id, Status::Error, text);
    }
}

/// Compares who is meant; whether the test can pass.
fn compare_identity(
    findings: &mut Findings<'_, '_>,
    theirs: &OrganizationRelationship,
    user: Address,
) -> bool {
    let shell = findings.shell;
    let organization = shell.organization();
    let fits = theirs.target_application_uri == organization.trust.application_uri;
    if !fits {
        let text = "The partner's TargetApplicationUri is not our ApplicationUri.";
        findings.add(Id::ApplicationUrisDiffer, Status::Warning, text);
    }
    let federated = organization.federated_domains();
    let missing = federated.filter(|domain| !theirs.domain_names.contains(domain));
    // It names one of ours, or it would not have been found.
    if missing.count() > 0 {
        let text = "The partner's relationship lacks some of our federated domains.";
        let id = Id::LocalFederatedDomainsAreMissingFromTheRemoteOrganizationRelationsipDomains;
        findings.add(id, Status::Warning, text);
    }
    if !theirs.domain_names.contains(&user.domain) {
        let text = "The partner's relationship does not name the user's domain.";
        findings.add(
            Id::UserFedDomainNotInRemoteOrgRelationship,
            Status::Warning,
            text,
        );
    }
    fits
}

/// Compares what is asked for with what is given; whether the test can pass.
fn compare_access(
    findings: &mut Findings<'_, '_>,
    ours: &OrganizationRelationship,
    theirs: &OrganizationRelationship,
) -> bool {
    let shell = findings.shell;
    let before = findings.rows.len();
    let denies = |asks: bool, gives_nothing: bool| asks && gives_nothing;
    let no_calendars =
        |row: &OrganizationRelationship| row.free_busy_access_level == AccessLevel::None;
    let no_tips =
        |row: &OrganizationRelationship| row.mail_tips_access_level == MailTipsLevel::None;
    if denies(ours.free_busy_access_enabled, no_calendars(theirs))
        || denies(ours.mail_tips_access_enabled, no_tips(theirs))
    {
        let text = "We ask, and the partner's access level is None.";
        findings.add(Id::AccessMismatchLocalRemote, Status::Error, text);
    }
    if denies(theirs.free_busy_access_enabled, no_calendars(ours))
        || denies(theirs.mail_tips_access_enabled, no_tips(ours))
    {
        let text = "The partner asks, and our access level is None.";
        findings.add(Id::AccessMismatchRemoteLocal, Status::Error, text);
    }
    if ours.delivery_report_enabled != theirs.delivery_report_enabled {
        let text = "DeliveryReportEnabled differs.";
        findings.add(Id::PropertiesDiffer, Status::Error, text);
    }
    if let Some(epr) = theirs.target_sharing_epr {
        let servers = shell.organization().servers.iter();
        let mut urls = servers.filter_map(|&id| {
            let row = shell.federation().servers.at(id, shell.now());
            row.ews.external_url
        });
        if !urls.any(|url| url.host == epr.host) {
            let text = "The partner's TargetSharingEpr is none of our EWS addresses.";
            let id = Id::TargetSharingEprDoesNotMatchAnyExternalURI;
            findings.add(id, Status::Error, text);
        }
    }
    findings.rows.len() == before
}
