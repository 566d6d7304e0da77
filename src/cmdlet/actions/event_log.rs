//! `Get-EventLog`: what the certificate deployment service has written on this server.
//!
//! It knows nothing of when the service writes. Invariant: the newest entry comes first, and the log begins
//! with the run.

use crate::cmdlet::value::{Object, Value};
use crate::engine::Instant;
use crate::model::certificate::CertificateId;
use crate::model::deployment::{DeploymentEvent, look, looks};

use super::call::Call;
use super::shell::Outcome;

/// The source of the entries.
const SOURCE: &str = "MSExchange Certificate Deployment";

/// Lists entries of the application log.
///
/// Source: Get-EventLog (docs); number and text of event 2009: MSExchange Certificate Deployment (docs); the
/// text for a certificate that is nowhere: Federation Certificate Not Found (blog), whose number is not quoted
/// there. Other sources of the log are not modelled.
pub(super) async fn get_event_log(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let (federation, server) = (shell.federation(), shell.console.server());
    let is_wanted = |parameter: &str, is: &str| {
        let wanted = call.text(parameter);
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(is))
    };
    let most = call
        .integer("Newest")
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX);
    if !is_wanted("Source", SOURCE) {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    for at in looks(federation, server, shell.now()) {
        for event in look(federation, server, at) {
            let (kind, object) = entry(call, event, at);
            if is_wanted("EntryType", kind) {
                entries.push(object);
            }
        }
    }
    entries.reverse();
    entries.truncate(most);
    Ok(entries)
}

/// The type of an entry, and the entry.
fn entry(call: &Call<'_, '_>, event: DeploymentEvent, at: Instant) -> (&'static str, Object) {
    let shell = call.shell;
    let thumbprint = |id: CertificateId| shell.federation().certificates.original(id).thumbprint();
    let (kind, number, message) = match event {
        DeploymentEvent::ExpiresSoon(id) => (
            "Warning",
            Value::Integer(2009),
            format!(
                "The federation certificate {} will expire in less than 15 days.",
                thumbprint(id)
            ),
        ),
        DeploymentEvent::NotFound(id) => (
            "Error",
            Value::Null,
            format!(
                "Federation Certificate Not Found: {}. Unable to find the certificate in the local or \
                 neighboring sites.",
                thumbprint(id)
            ),
        ),
    };
    let object = Object::new("EventLogEntry")
        .with("TimeGenerated", Value::Date(at))
        .with("EntryType", kind)
        .with("Source", SOURCE)
        .with("InstanceID", number)
        .with("Message", message);
    (kind, object)
}
