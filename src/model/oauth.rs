//! OAuth in an organization: the certificate that it signs with, and the account behind the partner
//! application through which a cloud calls.
//!
//! It knows nothing of connectors or of how a token is asked for. Invariant: whether the pool of Exchange Web
//! Services answers is a function of the certificate's date, the server and the instant; nothing is drawn.

use super::cause::Cause;
use super::revised::carries;
use crate::engine::hash::NameHash;
use crate::engine::time::{Instant, Span};

/// How an organization takes part in OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OAuthSetup {
    /// When its OAuth certificate (Microsoft Exchange Server Auth Certificate) ends.
    pub certificate_not_after: Instant,
    /// The account behind its partner application.
    pub linked_account: LinkedAccount,
}

/// `LinkedAccount` of the partner application Exchange Online: on whose behalf a cloud's calls are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkedAccount {
    /// It is there, with the roles that it needs.
    WithRoles,
    /// It is there, without them.
    WithoutRoles,
    /// There is none, or it was deleted.
    Missing,
}

/// How the worker process of Exchange Web Services ends while the OAuth certificate is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crashes {
    /// From one end to the next.
    pub every: Span,
    /// How long the pool does not answer then.
    pub last: Span,
}

impl OAuthSetup {
    /// Whether the certificate is in date, by a clock that shows this.
    pub fn is_certificate_in_date(&self, shown: Instant) -> bool {
        shown <= self.certificate_not_after
    }

    /// Whether the pool of Exchange Web Services has just ended: it does again and again while the certificate is
    /// out of date, on each server at a time of its own.
    ///
    /// Source: HTTP status 503 every 10 to 15 minutes, EWS application pool crashes (docs). Assumed: that it
    /// is regular, and how long it lasts.
    pub fn has_pool_ended(&self, server: NameHash, shown: Instant, crashes: Crashes) -> bool {
        if self.is_certificate_in_date(shown) || crashes.every == Span::ZERO {
            return false;
        }
        let every = crashes.every.nanoseconds();
        let since = shown.since(self.certificate_not_after).nanoseconds();
        let phase = server.0 % every;
        (since % every + phase) % every < crashes.last.nanoseconds()
    }

    /// Whether a call that a cloud makes with an OAuth token finds the account that it is served as.
    ///
    /// Source: the application is missing a linked account for RBAC roles, Resolve free/busy errors (docs).
    pub fn admit_application(&self) -> Result<(), Cause> {
        match self.linked_account {
            LinkedAccount::WithRoles => Ok(()),
            LinkedAccount::WithoutRoles | LinkedAccount::Missing => {
                Err(Cause::OAuthLinkedAccountMissing)
            }
        }
    }
}

carries!(OAuthSetup {
    certificate_not_after,
    linked_account
});

#[cfg(test)]
mod tests {
    use super::*;

    const END: Instant = Instant::from_seconds(1_000_000);
    const CRASHES: Crashes = Crashes {
        every: Span::from_minutes(12),
        last: Span::from_minutes(1),
    };

    fn setup() -> OAuthSetup {
        OAuthSetup {
            certificate_not_after: END,
            linked_account: LinkedAccount::WithRoles,
        }
    }

    #[test]
    fn a_pool_ends_once_in_each_round_and_never_before_the_certificate_does() {
        let server = NameHash::of("cas1");
        let ended = |from: Instant| {
            let seconds = (0..12 * 60).map(|second| from + Span::from_seconds(second));
            seconds
                .filter(|&at| setup().has_pool_ended(server, at, CRASHES))
                .count()
        };
        let second = Span::from_seconds(1);
        assert_eq!(ended(END + second), 60);
        assert_eq!(ended(END + second + CRASHES.every), 60);
        assert_eq!(ended(END - CRASHES.every), 0);
    }

    #[test]
    fn an_account_without_roles_is_as_good_as_none() {
        for (linked_account, admitted) in [
            (LinkedAccount::WithRoles, Ok(())),
            (
                LinkedAccount::WithoutRoles,
                Err(Cause::OAuthLinkedAccountMissing),
            ),
            (
                LinkedAccount::Missing,
                Err(Cause::OAuthLinkedAccountMissing),
            ),
        ] {
            let setup = OAuthSetup {
                linked_account,
                ..setup()
            };
            assert_eq!(setup.admit_application(), admitted);
        }
    }
}
