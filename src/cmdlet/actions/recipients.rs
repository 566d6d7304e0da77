//! Recipients whose mailbox is elsewhere: mail contacts, and local objects of mailboxes in another
//! organization.
//!
//! It knows nothing of how an address is looked up. Invariant: an address that leads to somebody already is
//! never given to somebody else. Simplified: a new recipient is found from the next request on, whatever
//! domain controller is asked.

use std::sync::Arc;

use crate::model::address::Address;
use crate::model::directory::Recipient;

use super::call::Call;
use super::shell::Outcome;

/// Makes the local object of a mailbox that another organization holds. Without an address of its own it has
/// that of its name in the first domain.
///
/// Source: New-RemoteMailbox (docs).
pub(super) async fn new_remote_mailbox(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let name = call.text("Name").unwrap_or_default();
    let domain = shell.organization().accepted_domains.first();
    let domain = domain.map_or("", |accepted| shell.text(accepted.domain));
    let usual = format!("{}@{domain}", name.to_lowercase());
    let primary = call.text("PrimarySmtpAddress").unwrap_or(&usual);
    let routing = call.text("RemoteRoutingAddress").unwrap_or_default();
    let own = known(call, primary)?;
    let external = known(call, routing)?;
    enter(call, primary, own, Recipient::MailUser { external })?;
    let kind = match call.switch("Shared") {
        true => "RemoteSharedMailbox",
        false => "RemoteUserMailbox",
    };
    Ok(vec![
        shell
            .object("RemoteMailbox")
            .with("Name", name)
            .with("PrimarySmtpAddress", primary)
            .with("RemoteRoutingAddress", routing)
            .with("RecipientTypeDetails", kind)
            .with("Identity", name)
            .with("IsValid", true),
    ])
}

/// Makes a mail contact.
///
/// Source: New-MailContact (docs).
pub(super) async fn new_mail_contact(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let name = call.text("Name").unwrap_or_default();
    let text = call.text("ExternalEmailAddress").unwrap_or_default();
    let external = known(call, text)?;
    enter(call, text, external, Recipient::Contact { external })?;
    Ok(vec![
        shell
            .object("MailContact")
            .with("Name", name)
            .with("ExternalEmailAddress", text)
            .with("Identity", name)
            .with("IsValid", true),
    ])
}

fn known(call: &Call<'_, '_>, text: &str) -> Result<Address, crate::cmdlet::output::ErrorRecord> {
    let address = call.shell.address(text);
    address.ok_or_else(|| {
        let message = format!("{text} isn't an SMTP address.");
        call.error("InvalidArgument", "ArgumentException", message)
    })
}

/// Lets an address lead to a recipient from now on.
fn enter(
    call: &Call<'_, '_>,
    text: &str,
    address: Address,
    recipient: Recipient,
) -> Result<(), crate::cmdlet::output::ErrorRecord> {
    let shell = call.shell;
    let own = shell.organization_id();
    if shell.federation().recipient(own, address).is_some() {
        let message = format!("The proxy address \"SMTP:{text}\" is already being used.");
        return Err(call.error("InvalidArgument", "ProxyAddressExistsException", message));
    }
    shell.console.change(|federation, _| {
        let additions = Arc::make_mut(&mut federation.additions);
        additions.recipients.insert((own, address), recipient);
    });
    Ok(())
}
