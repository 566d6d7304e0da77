//! SMTP addresses and HTTPS addresses as small `Copy` values.
//!
//! It knows no directory and no DNS. Invariant: equal addresses are equal values, whatever the case
//! they were written in.

use super::names::NameId;

/// The part of an SMTP address before the `@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalPart {
    /// A part that the scenario spells out.
    Named(NameId),
    /// `user<n>`: the n-th mailbox of an organization that is described by a number.
    Numbered(u32),
}

/// An SMTP address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The SMTP domain, after the `@`.
    pub domain: NameId,
    /// What stands before the `@`.
    pub local: LocalPart,
}

/// What an HTTPS path leads to on an Exchange server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UrlPath {
    /// `/autodiscover/autodiscover.svc/WSSecurity`: federated Autodiscover.
    AutodiscoverWsSecurity,
    /// `/autodiscover/autodiscover.svc`: anonymous or OAuth Autodiscover.
    Autodiscover,
    /// `/EWS/Exchange.asmx/WSSecurity`: federated Exchange Web Services.
    EwsWsSecurity,
    /// `/EWS/Exchange.asmx`: Exchange Web Services with HTTP authentication.
    Ews,
    /// `/extSTS.srf`: the gateway's token endpoint.
    Token,
    /// Anything else: there is nothing behind it.
    Other,
    /// The federation metadata of a gateway.
    Metadata,
    /// The provisioning service of a gateway.
    Provisioning,
}

/// An `https` address. Port 443 always: federation uses no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url {
    /// The host name.
    pub host: NameId,
    /// What the path leads to.
    pub path: UrlPath,
}

impl UrlPath {
    /// Reads the path of an address, without regard to case; a trailing slash does not matter.
    pub fn read(path: &str) -> UrlPath {
        match path.trim_end_matches('/').to_ascii_lowercase().as_str() {
            "/autodiscover/autodiscover.svc/wssecurity" => UrlPath::AutodiscoverWsSecurity,
            "/autodiscover/autodiscover.svc" => UrlPath::Autodiscover,
            "/ews/exchange.asmx/wssecurity" => UrlPath::EwsWsSecurity,
            "/ews/exchange.asmx" => UrlPath::Ews,
            "/extsts.srf" => UrlPath::Token,
            "/federationmetadata/2006-12/federationmetadata.xml" => UrlPath::Metadata,
            "/service/managedelegation2.asmx" => UrlPath::Provisioning,
            _ => UrlPath::Other,
        }
    }

    /// The path as Exchange writes it.
    pub fn text(self) -> &'static str {
        match self {
            UrlPath::AutodiscoverWsSecurity => "/autodiscover/autodiscover.svc/WSSecurity",
            UrlPath::Autodiscover => "/autodiscover/autodiscover.svc",
            UrlPath::EwsWsSecurity => "/EWS/Exchange.asmx/WSSecurity",
            UrlPath::Ews => "/EWS/Exchange.asmx",
            UrlPath::Token => "/extSTS.srf",
            UrlPath::Metadata => "/FederationMetadata/2006-12/FederationMetadata.xml",
            UrlPath::Provisioning => "/service/managedelegation2.asmx",
            UrlPath::Other => "/…",
        }
    }

    /// The same service's path for federated (WS-Security) callers.
    ///
    /// Source: ExternalUrl is published without the suffix; federated callers add it: Federation,
    /// Exchange 2013 Help (docs).
    pub fn for_federated_callers(self) -> UrlPath {
        match self {
            UrlPath::Ews => UrlPath::EwsWsSecurity,
            UrlPath::Autodiscover => UrlPath::AutodiscoverWsSecurity,
            other => other,
        }
    }
}
