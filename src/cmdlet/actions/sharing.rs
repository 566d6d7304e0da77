//! Sharing policies, mailboxes and the permissions of their calendars.
//!
//! It knows nothing of relationships. Invariant: a mailbox that is described by a number becomes an object
//! of its own when it is changed, and not before.

use super::call::Call;
use super::shell::Outcome;

/// Carries out a cmdlet of sharing policies, mailboxes and folders.
pub(super) async fn carry_out(call: &Call<'_, '_>) -> Outcome {
    unreachable!("{} stands in the catalog and has no action", call.cmdlet())
}
