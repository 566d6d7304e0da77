//! Sharing policies: what users may share in person, with whom, and in how much detail.
//!
//! It knows nothing of invitations on their way or of folders. Invariant: a policy is a ceiling; it
//! gives nobody anything by itself, and what exists already stays until somebody applies the policy.

use std::fmt;

use crate::engine::hash::NameHash;

use super::cause::Cause;
use super::names::NameId;
use super::organization::{Edition, Generation, OrgId};
use super::outcome::{AccessLevel, words};
use super::revised::carries;

crate::define_id! {
    /// A sharing policy.
    SharingPolicyId;
}

/// The name of the policy that each organization has from its set-up.
///
/// Source: Default Sharing Policy, Sharing policies (docs).
pub const DEFAULT_SHARING_POLICY: &str = "Default Sharing Policy";

/// What a policy allows.
///
/// Source: names, New-SharingPolicy (docs); values of the flags, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SharingAction {
    /// Free/busy hours alone.
    CalendarSharingFreeBusySimple = 1,
    /// Also subject and location.
    CalendarSharingFreeBusyDetail = 2,
    /// Also the body.
    CalendarSharingFreeBusyReviewer = 4,
    /// The contacts folder.
    ContactsSharing = 8,
    /// Meetings with limited details.
    MeetingLimitedDetails = 16,
    /// Meetings with full details.
    MeetingFullDetails = 32,
    /// Meetings with full details and who attends.
    MeetingFullDetailsWithAttendees = 64,
}

words!(SharingAction {
    CalendarSharingFreeBusySimple => "CalendarSharingFreeBusySimple",
    CalendarSharingFreeBusyDetail => "CalendarSharingFreeBusyDetail",
    CalendarSharingFreeBusyReviewer => "CalendarSharingFreeBusyReviewer",
    ContactsSharing => "ContactsSharing",
    MeetingLimitedDetails => "MeetingLimitedDetails",
    MeetingFullDetails => "MeetingFullDetails",
    MeetingFullDetailsWithAttendees => "MeetingFullDetailsWithAttendees",
});

/// A set of actions, as the sum of their flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SharingActions(u8);

/// To whom an entry of a policy applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyDomain<D> {
    /// One domain, without its subdomains.
    Domain(D),
    /// `*`: every federated domain.
    Any,
    /// `Anonymous`: anybody on the internet, by publishing.
    Anonymous,
}

/// An entry of a policy: whom it applies to, and what it allows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyEntry<D = NameId> {
    /// To whom it applies.
    pub domain: PolicyDomain<D>,
    /// What it allows.
    pub actions: SharingActions,
}

/// A sharing policy of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharingPolicy {
    /// Its organization.
    pub organization: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// The stable hash of organization and name.
    pub hash: NameHash,
    /// Whether the object exists.
    pub exists: bool,
    /// Whether it is in force: users under one that is not share with nobody anew.
    pub enabled: bool,
    /// Whether it applies to mailboxes that have none assigned.
    pub is_default: bool,
    /// Its entries, in the order in which they were written.
    pub entries: Box<[PolicyEntry]>,
}

/// A policy as it applies to a mailbox: one that is written down, or the default one of an organization
/// for which nothing is.
#[derive(Clone, Copy, Debug)]
pub enum PolicyInForce<'a> {
    /// A policy of the organization.
    Written(&'a SharingPolicy),
    /// What the set-up of this version makes.
    Original(Edition),
    /// The policy that was assigned exists no more, or there is no default: nothing may be shared.
    Missing,
}

/// What decides beside the policy which of its entries applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether federation is on at the owner's server; if not, why.
    pub federation: Result<(), Cause>,
    /// Whether calendars can be published on the internet.
    pub publishing: Publishing,
    /// Whether the recipient's domain leads to somebody whom a token can be made out to.
    pub token_target: TokenTargetKnown,
}

/// Whether an organization's users can publish calendars on the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishing {
    /// They can.
    Possible,
    /// They cannot.
    Impossible,
}

/// Whether a token can be made out to whoever has a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTargetKnown {
    /// It can.
    Known,
    /// Nobody is found who could read it.
    Unknown,
}

/// Whom a token for an invitation is made out to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenTarget {
    /// The audience of the token.
    pub application_uri: NameId,
    /// The token issuer that the partner trusts, if it is known.
    pub token_issuer: Option<NameId>,
}

/// How a recipient may get a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// As an external user, with a token.
    Federated(SharingActions),
    /// By the address of a published calendar.
    Published(SharingActions),
}

/// Which entry of a policy applies to a recipient's domain; the error is why sharing is refused.
///
/// With federation on an exact entry wins over `*`, wherever it stands. An Anonymous entry takes the
/// place of `*` if it allows as much or more and publishing is possible; and of any entry whose domain
/// leads to nobody a token can be made out to.
///
/// Source: choice of the entry, observed, Exchange 2013; subdomains are not included, New-SharingPolicy
/// (docs).
pub fn applicable_entry<D: PartialEq>(
    entries: &[PolicyEntry<D>],
    domain: &D,
    circumstances: Circumstances,
) -> Result<Sharing, Cause> {
    let find = |wanted: &dyn Fn(&PolicyDomain<D>) -> bool| {
        let found = entries.iter().find(|entry| wanted(&entry.domain));
        found.map(|entry| entry.actions)
    };
    let exact = find(&|of| matches!(of, PolicyDomain::Domain(name) if name == domain));
    let any = find(&|of| *of == PolicyDomain::Any);
    let published = match circumstances.publishing {
        Publishing::Possible => find(&|of| *of == PolicyDomain::Anonymous),
        Publishing::Impossible => None,
    };
    let named = exact.or(any);
    let refused = match (named, circumstances.federation) {
        (Some(_), Err(cause)) => cause,
        (None, _) => Cause::SharingPolicyBlocks,
        (Some(actions), Ok(())) => {
            let gives_more = |published: &SharingActions| published.detail() >= actions.detail();
            if let Some(published) = published.filter(gives_more).filter(|_| exact.is_none()) {
                return Ok(Sharing::Published(published));
            }
            if circumstances.token_target == TokenTargetKnown::Known {
                return Ok(Sharing::Federated(actions));
            }
            match circumstances.publishing {
                // Only an entry for Anonymous would lead to somebody outside federation.
                Publishing::Possible => Cause::SharingAnonymousMissing,
                Publishing::Impossible => Cause::SharingRecipientNotFederated,
            }
        }
    };
    published.map(Sharing::Published).ok_or(refused)
}

/// What an owner may share with a recipient of a domain, and how; the error is why not.
///
/// Source: New-SharingPolicy -Enabled (docs).
pub fn allowed(
    policy: PolicyInForce<'_>,
    domain: NameId,
    circumstances: Circumstances,
) -> Result<Sharing, Cause> {
    match policy {
        PolicyInForce::Missing => Err(Cause::SharingPolicyBlocks),
        PolicyInForce::Written(policy) if !policy.enabled => Err(Cause::SharingPolicyDisabled),
        PolicyInForce::Written(policy) => applicable_entry(&policy.entries, &domain, circumstances),
        PolicyInForce::Original(edition) => {
            applicable_entry(original_entries(edition), &domain, circumstances)
        }
    }
}

/// The most that a policy allows a domain whatever else holds: what the assistant holds grants against.
///
/// Source: Set-SharingPolicy and the Sharing Policy Assistant (docs). Assumed: neither federation nor
/// the token target is looked at again.
pub fn ceiling(policy: PolicyInForce<'_>, domain: NameId) -> SharingActions {
    let circumstances = Circumstances {
        federation: Ok(()),
        publishing: Publishing::Impossible,
        token_target: TokenTargetKnown::Known,
    };
    match allowed(policy, domain, circumstances) {
        Ok(Sharing::Federated(actions) | Sharing::Published(actions)) => actions,
        Err(_) => SharingActions::NONE,
    }
}

/// What the default policy says after the set-up of this version.
///
/// Source: Default Sharing Policy, observed, Exchange 2013 and Exchange Online.
pub fn original_entries(edition: Edition) -> &'static [PolicyEntry] {
    const ANY: PolicyEntry = PolicyEntry {
        domain: PolicyDomain::Any,
        actions: SharingActions(SharingAction::CalendarSharingFreeBusySimple as u8),
    };
    const ANONYMOUS: PolicyEntry = PolicyEntry {
        domain: PolicyDomain::Anonymous,
        actions: SharingActions(SharingAction::CalendarSharingFreeBusyReviewer as u8),
    };
    match edition.generation {
        Generation::Online => &[ANY, ANONYMOUS],
        // Before 2010 there was no federation, and nothing to share by it.
        Generation::V2007 => &[],
        _ => &[ANY],
    }
}

impl<'a> PolicyInForce<'a> {
    /// What it says; none: it is not there, or disabled.
    pub fn entries(self) -> Option<&'a [PolicyEntry]> {
        match self {
            PolicyInForce::Written(policy) => policy.enabled.then_some(&policy.entries),
            PolicyInForce::Original(edition) => Some(original_entries(edition)),
            PolicyInForce::Missing => None,
        }
    }
}

impl SharingActions {
    /// Nothing.
    pub const NONE: SharingActions = SharingActions(0);

    /// These actions.
    pub fn of(actions: impl IntoIterator<Item = SharingAction>) -> SharingActions {
        let flags = actions.into_iter().fold(0, |flags, one| flags | one as u8);
        SharingActions(flags)
    }

    /// The sum of the flags.
    pub fn flags(self) -> u8 {
        self.0
    }

    /// Whether it contains an action.
    pub fn contains(self, action: SharingAction) -> bool {
        self.0 & action as u8 != 0
    }

    /// Whether it contains nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The level of a calendar that they allow. What shows the body as well ("Reviewer") is
    /// [`AccessLevel::Owner`], as it is among folder permissions; no view of free/busy shows it.
    ///
    /// Source: levels and actions, New-SharingPolicy (docs).
    pub fn detail(self) -> AccessLevel {
        if self.contains(SharingAction::CalendarSharingFreeBusyReviewer) {
            AccessLevel::Owner
        } else if self.contains(SharingAction::CalendarSharingFreeBusyDetail) {
            AccessLevel::Detail
        } else if self.contains(SharingAction::CalendarSharingFreeBusySimple) {
            AccessLevel::Simple
        } else {
            AccessLevel::None
        }
    }

    /// These, but no more than is wanted: the lesser level, and contacts if both have them.
    pub fn limited(self, wanted: SharingActions) -> SharingActions {
        let calendar = match self.detail().min(wanted.detail()) {
            AccessLevel::None => None,
            AccessLevel::Simple => Some(SharingAction::CalendarSharingFreeBusySimple),
            AccessLevel::Detail => Some(SharingAction::CalendarSharingFreeBusyDetail),
            AccessLevel::Owner => Some(SharingAction::CalendarSharingFreeBusyReviewer),
        };
        let both = self.has_contacts() && wanted.has_contacts();
        let contacts = both.then_some(SharingAction::ContactsSharing);
        SharingActions::of(calendar.into_iter().chain(contacts))
    }

    /// Whether the contacts folder may be shared.
    pub fn has_contacts(self) -> bool {
        self.contains(SharingAction::ContactsSharing)
    }
}

impl fmt::Display for SharingActions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = SharingAction::ALL.iter();
        let held = all.filter(|action| self.contains(**action));
        for (number, action) in held.enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{action}")?;
        }
        Ok(())
    }
}

carries!(SharingPolicy {
    organization,
    name,
    hash,
    exists,
    enabled,
    is_default,
    entries
});

/// What is wrong with the text of an entry: the part that is, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryError<'t> {
    /// There is no colon.
    NoColon,
    /// Nothing before the colon.
    NoDomain,
    /// What stands before it is not a domain.
    NotADomain(&'t str),
    /// Nothing behind it.
    NoAction,
    /// No action of this name.
    UnknownAction(&'t str),
}

/// Reads `domain: action[, action]`; the domain may be `*` or `Anonymous`, and capitals count nowhere.
///
/// Source: New-SharingPolicy -Domains (docs).
///
/// # Errors
/// The part that cannot be read.
pub fn read_entry(text: &str) -> Result<PolicyEntry<String>, EntryError<'_>> {
    let (domain, actions) = text.split_once(':').ok_or(EntryError::NoColon)?;
    let domain = match domain.trim() {
        "" => return Err(EntryError::NoDomain),
        "*" => PolicyDomain::Any,
        word if word.eq_ignore_ascii_case("Anonymous") => PolicyDomain::Anonymous,
        domain if is_domain(domain) => PolicyDomain::Domain(domain.to_ascii_lowercase()),
        other => return Err(EntryError::NotADomain(other)),
    };
    let mut flags = SharingActions::NONE;
    for word in actions.split(',').map(str::trim) {
        if word.is_empty() {
            return Err(EntryError::NoAction);
        }
        let mut all = SharingAction::ALL.iter();
        let action = all.find(|action| action.word().eq_ignore_ascii_case(word));
        flags.0 |= *action.ok_or(EntryError::UnknownAction(word))? as u8;
    }
    Ok(PolicyEntry {
        domain,
        actions: flags,
    })
}

/// Whether a text has the form of a domain of two labels or more.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let mut bytes = label.bytes();
        (1..=63).contains(&label.len())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::SharingAction::{
        CalendarSharingFreeBusyDetail as Detail, CalendarSharingFreeBusyReviewer as Reviewer,
        CalendarSharingFreeBusySimple as Simple, ContactsSharing as Contacts,
    };
    use super::*;

    fn entries(texts: &[&str]) -> Vec<PolicyEntry<String>> {
        texts
            .iter()
            .map(|text| read_entry(text).expect("it is well formed"))
            .collect()
    }

    fn edition(text: &str) -> Edition {
        Edition::read(text).expect("there is such a version")
    }

    const USUAL: Circumstances = Circumstances {
        federation: Ok(()),
        publishing: Publishing::Possible,
        token_target: TokenTargetKnown::Known,
    };

    #[test]
    fn an_exact_entry_wins_over_the_star_and_anonymous_over_a_star_that_gives_less() {
        let federated = |action| Ok(Sharing::Federated(SharingActions::of([action])));
        let published = |action| Ok(Sharing::Published(SharingActions::of([action])));
        let blocked = Err(Cause::SharingPolicyBlocks);
        let exact = "fabrikam.com: CalendarSharingFreeBusyDetail";
        let star = "*: CalendarSharingFreeBusySimple";
        let star_with_more = "*: CalendarSharingFreeBusyReviewer";
        let anonymous = "Anonymous: CalendarSharingFreeBusySimple";
        let anonymous_with_more = "Anonymous: CalendarSharingFreeBusyReviewer";
        for (texts, expected) in [
            (&[exact, star][..], federated(Detail)),
            (&[star_with_more, exact], federated(Detail)),
            (&[star], federated(Simple)),
            (&[star, anonymous], published(Simple)),
            (&[star, anonymous_with_more], published(Reviewer)),
            (&[star_with_more, anonymous], federated(Reviewer)),
            (&[exact, anonymous_with_more], federated(Detail)),
            (&[anonymous], published(Simple)),
            (&["fabrikam.org: ContactsSharing"], blocked),
            // A parent's entry does not reach its subdomains, nor the other way round.
            (&["mail.fabrikam.com: ContactsSharing"], blocked),
            (&[], blocked),
        ] {
            let entries = entries(texts);
            let found = applicable_entry(&entries, &"fabrikam.com".to_owned(), USUAL);
            assert_eq!(found, expected, "{texts:?}");
        }
    }

    /// Columns: federation off; no token target; neither publishing nor a token target.
    #[test]
    fn without_federation_or_token_target_there_is_publishing_or_nothing() {
        let off = Circumstances {
            federation: Err(Cause::OrganizationUnfederated),
            ..USUAL
        };
        let nobody = Circumstances {
            token_target: TokenTargetKnown::Unknown,
            ..USUAL
        };
        let nothing = Circumstances {
            publishing: Publishing::Impossible,
            ..nobody
        };
        let published = Ok(Sharing::Published(SharingActions::of([Simple])));
        let unfederated = Err(Cause::OrganizationUnfederated);
        let unknown = Err(Cause::SharingRecipientNotFederated);
        let missing = Err(Cause::SharingAnonymousMissing);
        let blocked = Err(Cause::SharingPolicyBlocks);
        let exact = "fabrikam.com: CalendarSharingFreeBusyDetail";
        let anonymous = "Anonymous: CalendarSharingFreeBusySimple";
        for (texts, expected) in [
            (&[exact, anonymous][..], [published, published, unknown]),
            // Where calendars can be published, an entry for Anonymous is what is missing.
            (&[exact], [unfederated, missing, unknown]),
            (&[anonymous], [published, published, blocked]),
            (&[], [blocked; 3]),
        ] {
            let entries = entries(texts);
            let found = [off, nobody, nothing].map(|circumstances| {
                applicable_entry(&entries, &"fabrikam.com".to_owned(), circumstances)
            });
            assert_eq!(found, expected, "{texts:?}");
        }
    }

    #[test]
    fn the_greatest_of_several_actions_is_the_level() {
        for (actions, level, contacts) in [
            (&[Simple][..], AccessLevel::Simple, false),
            (&[Simple, Detail], AccessLevel::Detail, false),
            (&[Reviewer, Contacts], AccessLevel::Owner, true),
            (&[Contacts], AccessLevel::None, true),
            (&[], AccessLevel::None, false),
        ] {
            let actions = SharingActions::of(actions.iter().copied());
            assert_eq!(
                (actions.detail(), actions.has_contacts()),
                (level, contacts)
            );
        }
    }

    #[test]
    fn the_flags_of_the_seven_actions_are_powers_of_two_in_their_order() {
        let flags: Vec<u8> = SharingAction::ALL.iter().map(|&one| one as u8).collect();
        assert_eq!(flags, [1, 2, 4, 8, 16, 32, 64]);
        let two = SharingActions::of([Simple, Contacts]);
        assert_eq!(two.flags(), 9);
        assert_eq!(
            two.to_string(),
            "CalendarSharingFreeBusySimple, ContactsSharing"
        );
    }

    #[test]
    fn an_entry_is_a_domain_a_colon_and_actions() {
        let entry = read_entry(" Fabrikam.COM :calendarsharingfreebusydetail,ContactsSharing");
        let entry = entry.expect("it is well formed");
        assert_eq!(
            entry.domain,
            PolicyDomain::Domain("fabrikam.com".to_owned())
        );
        assert_eq!(entry.actions, SharingActions::of([Detail, Contacts]));
        for (text, error) in [
            ("fabrikam.com", EntryError::NoColon),
            (": ContactsSharing", EntryError::NoDomain),
            (
                "fabrikam: ContactsSharing",
                EntryError::NotADomain("fabrikam"),
            ),
            (
                "a b.com: ContactsSharing",
                EntryError::NotADomain("a b.com"),
            ),
            ("fabrikam.com:", EntryError::NoAction),
            ("fabrikam.com: ContactsSharing,", EntryError::NoAction),
            (
                "*: FreeBusySimple",
                EntryError::UnknownAction("FreeBusySimple"),
            ),
        ] {
            assert_eq!(read_entry(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_default_policy_shows_free_and_busy_to_every_federated_domain() {
        let on_premises = original_entries(edition("2013 SP1"));
        assert_eq!(on_premises.len(), 1);
        assert_eq!(on_premises[0].domain, PolicyDomain::Any);
        assert_eq!(on_premises[0].actions, SharingActions::of([Simple]));
        let online = original_entries(edition("Online"));
        assert_eq!(online[1].domain, PolicyDomain::Anonymous);
        assert_eq!(online[1].actions, SharingActions::of([Reviewer]));
    }
}
