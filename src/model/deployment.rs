//! The certificate deployment service: it looks at the certificates that the trust names, and writes to the
//! application log what is wrong with them.
//!
//! It knows no shell that reads the log. Invariant: what it writes is a function of the world and the
//! instant; nothing is kept.

use super::certificate::{CertificateId, StoreState};
use super::federation::Federation;
use super::organization::ServerId;
use crate::engine::time::{Instant, Span};

/// How often the service looks. Source: a warning a day, remembered.
pub const LOOKS_EVERY: Span = Span::from_days(1);

/// From how long before its end on a certificate is warned of.
///
/// Source: event 2009 of MSExchange Certificate Deployment: less than 15 days (docs).
pub const WARNS_WITHIN: Span = Span::from_days(15);

/// What the service writes of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentEvent {
    /// It ends soon, or has ended.
    ExpiresSoon(CertificateId),
    /// It is in no server's store.
    NotFound(CertificateId),
}

/// What the service of a server writes when it looks at an instant.
///
/// Source: MSExchange Certificate Deployment, events for a certificate that ends (docs) and for one that is
/// not found locally or in neighbouring sites (blog). Assumed: the whole organization is one neighbourhood.
pub fn look(federation: &Federation, server: ServerId, at: Instant) -> Vec<DeploymentEvent> {
    let row = federation.servers.at(server, at);
    let organization = federation.organizations.at(row.organization, at);
    let trust = &organization.trust;
    if !trust.exists {
        return Vec::new();
    }
    let shown = at.shown_by(row.clock_error);
    let named = [trust.organization_certificate, trust.next_certificate];
    let seen = named.into_iter().flatten().filter_map(|id| {
        let is_somewhere = organization.servers.iter().any(|&server| {
            let stored = federation.servers.at(server, at).stored(id);
            stored != StoreState::Missing
        });
        let ends = federation.certificates.at(id, at).validity.not_after;
        if !is_somewhere {
            Some(DeploymentEvent::NotFound(id))
        } else if shown + WARNS_WITHIN > ends {
            Some(DeploymentEvent::ExpiresSoon(id))
        } else {
            None
        }
    });
    seen.collect()
}

/// The instants from the start of the run until `until` at which the service of a server looks: daily, at an
/// hour that its name gives.
pub fn looks(
    federation: &Federation,
    server: ServerId,
    until: Instant,
) -> impl Iterator<Item = Instant> {
    let every = LOOKS_EVERY.nanoseconds();
    let phase = federation.servers.original(server).hash.0 % every;
    let first = federation.start + Span::from_nanoseconds(phase);
    let rounds = until.since(federation.start).nanoseconds() / every;
    let all = (0..=rounds).map(move |round| first + LOOKS_EVERY.times(round));
    all.filter(move |&at| at <= until)
}
