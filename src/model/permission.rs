//! Calendar permissions: what a federated caller sees of one calendar.
//!
//! It knows nothing of tokens or servers. Invariant: without a personal grant nobody sees more than
//! the lesser of the calendar's Default permission and the relationship's level.

use super::cause::Cause;
use super::outcome::{AccessLevel, View};

/// What the rule looks at, all of it read at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The relationship's level for the caller's domain, or why there is none.
    pub relationship: Result<AccessLevel, Cause>,
    /// Whether the mailbox lies within the relationship's scope.
    pub within_scope: bool,
    /// The calendar's Default permission.
    pub default: AccessLevel,
    /// What the calendar grants this external user in person.
    pub personal: AccessLevel,
}

/// The level that the caller is granted: the greater of the organization's and the personal part, cut
/// to what the view can show. The error is what withheld the organization's part.
///
/// Source: rule for a federated caller, observed, Exchange 2013.
pub fn effective_level(permission: &Permission, requested: View) -> Result<AccessLevel, Cause> {
    let organization = organization_part(permission);
    let granted = organization
        .unwrap_or(AccessLevel::None)
        .max(permission.personal);
    match (granted, organization) {
        (AccessLevel::None, Err(cause)) => Err(cause),
        (AccessLevel::None, Ok(_)) => Err(Cause::PermissionDefaultNone),
        (level, _) => Ok(level.min(requested.level())),
    }
}

fn organization_part(permission: &Permission) -> Result<AccessLevel, Cause> {
    let level = permission.relationship?;
    if permission.default == AccessLevel::None {
        return Err(Cause::PermissionDefaultNone);
    }
    if !permission.within_scope {
        return Err(Cause::RelationshipOutOfScope);
    }
    Ok(level.min(permission.default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccessLevel::{Detail, None, Owner, Simple};

    /// The truth table of the organization's part: Default permission by relationship level.
    #[test]
    fn nobody_sees_more_than_the_lesser_of_default_and_relationship() {
        let refused = |cause| Err(cause);
        let level_none = Cause::RelationshipLevelNoneAtTarget;
        let default_none = Cause::PermissionDefaultNone;
        // Rows: Default None, AvailabilityOnly, LimitedDetails, Reviewer or more.
        // Columns: relationship None, AvailabilityOnly, LimitedDetails.
        let table = [
            (
                None,
                [
                    refused(level_none),
                    refused(default_none),
                    refused(default_none),
                ],
            ),
            (Simple, [refused(level_none), Ok(Simple), Ok(Simple)]),
            (Detail, [refused(level_none), Ok(Simple), Ok(Detail)]),
            (Owner, [refused(level_none), Ok(Simple), Ok(Detail)]),
        ];
        for (default, row) in table {
            let levels = [Err(level_none), Ok(Simple), Ok(Detail)];
            for (relationship, expected) in levels.into_iter().zip(row) {
                let permission = Permission {
                    relationship,
                    within_scope: true,
                    default,
                    personal: None,
                };
                let level = effective_level(&permission, View::DetailedMerged);
                assert_eq!(
                    level, expected,
                    "Default {default}, relationship {relationship:?}"
                );
            }
        }
    }

    #[test]
    fn a_personal_grant_stands_beside_the_relationship_and_the_greater_counts() {
        let permission = Permission {
            relationship: Ok(Simple),
            within_scope: true,
            default: Simple,
            personal: Detail,
        };
        assert_eq!(effective_level(&permission, View::Detailed), Ok(Detail));
        let stranger = Permission {
            relationship: Err(Cause::RelationshipNoneAtTarget),
            ..permission
        };
        assert_eq!(effective_level(&stranger, View::Detailed), Ok(Detail));
    }

    #[test]
    fn a_mailbox_outside_the_scope_shows_nothing() {
        let permission = Permission {
            relationship: Ok(Detail),
            within_scope: false,
            default: Detail,
            personal: None,
        };
        let refused = Err(Cause::RelationshipOutOfScope);
        assert_eq!(effective_level(&permission, View::Detailed), refused);
    }

    #[test]
    fn a_view_of_free_and_busy_shows_no_subjects_whatever_is_granted() {
        let permission = Permission {
            relationship: Ok(Detail),
            within_scope: true,
            default: Detail,
            personal: None,
        };
        assert_eq!(
            effective_level(&permission, View::FreeBusyMerged),
            Ok(Simple)
        );
    }
}
