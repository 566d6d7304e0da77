//! Certificates: validity, what a server's store holds of them, and the names of a TLS certificate.
//!
//! It knows nothing of trusts or tokens, and there is no cryptography: a certificate is its identity,
//! and "signed by" or "encrypted for" is a comparison of identities. Invariant: whether a certificate
//! is in date is looked up by the clock of whoever asks, never scheduled.

use std::sync::Arc;

use super::revised::carries;
use crate::engine::hash::NameHash;
use crate::engine::time::Instant;

use super::names::{NameId, Names};
use super::organization::OrgId;

crate::define_id! {
    /// A certificate of an organization, with its key.
    CertificateId;
}

/// The dates between which a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Valid from this instant on.
    pub not_before: Instant,
    /// Valid up to and including this instant.
    pub not_after: Instant,
}

/// A certificate that an organization signs token requests and decrypts tokens with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub organization: OrgId,
    /// Its name in the scenario.
    pub name: Arc<str>,
    /// The stable hash of organization and name; its thumbprint is made of it.
    pub hash: NameHash,
    /// Who issued it; self-signed where it names itself.
    pub issuer: NameId,
    /// The subject key identifier, by which the gateway finds it.
    pub subject_key_identifier: SubjectKeyIdentifier,
    /// Its dates.
    pub validity: Validity,
    /// Whether the key lives in a CryptoAPI provider; Exchange cannot use others.
    pub key_provider: KeyProvider,
    /// Whether the key may leave the server.
    pub key_export: KeyExport,
}

/// Whether a private key may leave the server on which it was made. Exchange carries an organization
/// certificate to all servers, and so needs that it may.
///
/// Source: requirements on the certificate, Federation, Exchange 2013 Help (docs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyExport {
    /// It may.
    Possible,
    /// It may not.
    Impossible,
}

/// What tells a certificate from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectKeyIdentifier {
    /// Made of its hash.
    OfItsHash,
    /// This one; blank: it has none.
    Given(Arc<str>),
}

impl SubjectKeyIdentifier {
    /// Whether there is one.
    pub fn exists(&self) -> bool {
        !matches!(self, SubjectKeyIdentifier::Given(text) if text.is_empty())
    }
}

/// Where Windows keeps a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProvider {
    /// CryptoAPI: what federation needs. Source: Federation, Exchange 2013 Help (docs).
    CryptoApi,
    /// Cryptography Next Generation: the key cannot be used.
    Cng,
}

/// What one server's certificate store holds of an organization's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// The certificate and its private key.
    Installed,
    /// Nothing.
    Missing,
    /// The certificate without its private key.
    NoPrivateKey,
    /// The private key is there but cannot be used.
    Unusable,
}

/// A name in a TLS certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsName {
    /// This host.
    Exact(NameId),
    /// `*.` and this parent: every host one label below it. Source: RFC 6125 s.6.4.3.
    Wildcard(NameId),
}

/// The certificate that a published host shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsCertificate {
    /// The hosts that it names.
    pub names: Arc<[TlsName]>,
    /// The root that its chain ends in.
    pub issuer: NameId,
    /// Its dates.
    pub validity: Validity,
}

/// A set of TLS versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsVersions(u8);

impl Validity {
    /// Whether a clock that shows `shown` finds the certificate in date.
    pub fn covers(&self, shown: Instant) -> bool {
        self.not_before <= shown && shown <= self.not_after
    }
}

impl Certificate {
    /// 40 hexadecimal digits made of the certificate's identity; simulated, not a SHA-1 of anything.
    pub fn thumbprint(&self) -> String {
        let words = [
            self.hash.with(1).0,
            self.hash.with(2).0,
            self.hash.with(3).0,
        ];
        format!("{:016X}{:016X}{:08X}", words[0], words[1], words[2] as u32)
    }
}

impl TlsName {
    /// Whether it names this host.
    pub fn covers(&self, host: NameId, names: &Names) -> bool {
        match *self {
            TlsName::Exact(exact) => exact == host,
            TlsName::Wildcard(parent) => names
                .text(host)
                .split_once('.')
                .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(names.text(parent))),
        }
    }
}

impl TlsCertificate {
    /// Whether the certificate names this host.
    pub fn covers_host(&self, host: NameId, names: &Names) -> bool {
        self.names.iter().any(|name| name.covers(host, names))
    }
}

impl TlsVersions {
    /// The versions by their bit, oldest first.
    const NAMES: [&'static str; 4] = ["1.0", "1.1", "1.2", "1.3"];

    /// The set of these versions ("1.0" to "1.3"); `None` if one is unknown.
    pub fn read<'a>(versions: impl IntoIterator<Item = &'a str>) -> Option<TlsVersions> {
        versions
            .into_iter()
            .try_fold(TlsVersions(0), |set, version| {
                let bit = Self::NAMES.iter().position(|&name| name == version)?;
                Some(TlsVersions(set.0 | 1 << bit))
            })
    }

    /// Whether TLS 1.2 is among them, which every server of today speaks.
    pub fn has_usual(self) -> bool {
        Self::NAMES
            .iter()
            .position(|&name| name == "1.2")
            .is_some_and(|bit| self.0 & 1 << bit != 0)
    }

    /// The newest version that both sides have.
    pub fn newest_common(self, other: TlsVersions) -> Option<TlsVersion> {
        (self.0 & other.0)
            .checked_ilog2()
            .map(|bit| TlsVersion(bit as u8))
    }
}

/// One TLS version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TlsVersion(u8);

impl TlsVersion {
    /// Round trips of a full handshake. Source: RFC 5246 (two up to TLS 1.2), RFC 8446 (one in 1.3).
    pub fn round_trips(self) -> u32 {
        if self.0 >= 3 { 1 } else { 2 }
    }

    /// Its name, such as "1.2".
    pub fn text(self) -> &'static str {
        TlsVersions::NAMES[usize::from(self.0)]
    }
}

carries!(Certificate {
    organization,
    name,
    hash,
    issuer,
    subject_key_identifier,
    validity,
    key_provider,
    key_export
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_one_label_and_no_more() {
        let mut names = Names::default();
        let certificate = TlsCertificate {
            names: [TlsName::Wildcard(names.intern("contoso.com"))].into(),
            issuer: names.intern("Public CA"),
            validity: Validity {
                not_before: Instant::EPOCH,
                not_after: Instant::NEVER,
            },
        };
        for (host, covered) in [
            ("mail.contoso.com", true),
            ("contoso.com", false),
            ("a.mail.contoso.com", false),
        ] {
            let host_id = names.intern(host);
            assert_eq!(certificate.covers_host(host_id, &names), covered, "{host}");
        }
    }

    #[test]
    fn the_newest_common_tls_version_is_agreed_on() {
        let read = |versions: &[&str]| TlsVersions::read(versions.iter().copied()).unwrap();
        let old = read(&["1.0", "1.1"]);
        let both = read(&["1.1", "1.2"]);
        let new = read(&["1.2", "1.3"]);
        assert_eq!(old.newest_common(both).map(TlsVersion::text), Some("1.1"));
        assert_eq!(
            both.newest_common(new).map(TlsVersion::round_trips),
            Some(2)
        );
        assert_eq!(old.newest_common(new), None);
    }
}
