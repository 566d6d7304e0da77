//! What objects are called in walks and rows.
//!
//! It knows no text of any walk and no columns. Invariant: an object has one name, the one that the
//! scenario gives it, wherever a recorder prints it.

use jiff::Timestamp;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::observation::PathObject;
use crate::model::organization::{OrgId, ServerId};
use crate::model::token::DelegationToken;

/// An instant as RFC 3339 in UTC with all nine digits: `2026-03-02T08:00:00.212000000Z`.
pub fn instant_text(at: Instant) -> String {
    format!("{:.9}", timestamp(at))
}

/// An instant as RFC 3339 in UTC to the millisecond before it: `2026-03-02T08:00:00.212Z`.
pub fn instant_short(at: Instant) -> String {
    format!("{:.3}", timestamp(at))
}

/// An instant as RFC 3339 in UTC with the digits that it has: `2026-03-02T08:00:00.212Z`.
pub fn instant_exact(at: Instant) -> String {
    timestamp(at).to_string()
}

/// An instant in UTC to the minute before it: `2026-03-02 08:00`.
pub fn instant_minute(at: Instant) -> String {
    timestamp(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A span in seconds, rounded to the millisecond: `0.485 s`.
pub fn span_short(span: Span) -> String {
    let milliseconds = span.nanoseconds().saturating_add(500_000) / 1_000_000;
    format!("{}.{:03} s", milliseconds / 1_000, milliseconds % 1_000)
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(at.nanoseconds()))
        .expect("the range of instants ends in 2554, that of time stamps in 9999")
}

/// The name of an organization.
pub fn organization_name(federation: &Federation, organization: OrgId) -> &str {
    &federation.organizations.original(organization).name
}

/// A server with its organization: `fabrikam/cas1`.
pub fn server_name(federation: &Federation, server: ServerId) -> String {
    let server = federation.servers.original(server);
    let organization = organization_name(federation, server.organization);
    format!("{organization}/{}", server.name)
}

/// The name of the object that a path goes by; empty where it has none.
pub fn path_object_name(federation: &Federation, path: PathObject) -> &str {
    match path {
        PathObject::Local | PathObject::Personal(_) => "",
        PathObject::Connector(id) => &federation.connectors.original(id).name,
        PathObject::Relationship(id) => &federation.relationships.original(id).name,
        PathObject::AddressSpace(id) => &federation.address_spaces.original(id).name,
        PathObject::Invitation(uri) => federation.names.text(uri),
    }
}

/// The gateway certificate that signed a token: `business#0`.
pub fn signer_name(federation: &Federation, token: &DelegationToken) -> String {
    let gateway = federation.gateways.original(token.issuer);
    format!("{}#{}", gateway.name, token.signed_by)
}

/// The certificate that a token is encrypted for, with the organization that the token is made out
/// to: `fabrikam/federation`.
pub fn certificate_name(federation: &Federation, token: &DelegationToken) -> String {
    let certificate = &federation.certificates.original(token.encrypted_for).name;
    match federation.index.applications.get(&token.audience).first() {
        Some(&id) => format!("{}/{certificate}", organization_name(federation, id)),
        None => certificate.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture::{RELATIONSHIP, START, federation};

    #[test]
    fn objects_are_called_as_the_scenario_calls_them() {
        let federation = federation();
        assert_eq!(instant_text(START), "2026-03-02T08:00:00.000000000Z");
        assert_eq!(server_name(federation, ServerId(1)), "fabrikam/cas1");
        let path = PathObject::Relationship(RELATIONSHIP);
        assert_eq!(path_object_name(federation, path), "contoso -> fabrikam");
        assert_eq!(instant_short(START), "2026-03-02T08:00:00.000Z");
        assert_eq!(instant_minute(START), "2026-03-02 08:00");
        assert_eq!(span_short(Span::from_microseconds(1_239_500)), "1.240 s");
        assert_eq!(
            instant_text(Instant::NEVER),
            "2554-07-21T23:34:33.709551615Z"
        );
    }
}
