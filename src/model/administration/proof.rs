//! The proof that an organization owns a domain.
//!
//! It knows nothing of DNS. Invariant: a proof depends on the certificate's key and on the domain, and
//! on nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::certificate::{Certificate, CertificateId};

/// A proof, and of which certificate it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainProof {
    /// The property of the trust that names the certificate, such as `OrgPrivCertificate`.
    pub role: &'static str,
    /// The certificate.
    pub certificate: CertificateId,
    /// 88 characters.
    pub text: String,
}

/// The proof for a domain: 88 characters of Base64, which stand for 64 bytes.
///
/// Source: observed, Exchange 2013: Base64 of SHA-512 of a signature of the lower-cased domain by the
/// certificate's RSA key. Simplified: there are no keys here, so an identifier of the key, followed by
/// the domain, stands for the signature.
pub fn domain_proof(certificate: &Certificate, domain: &str) -> String {
    let mut hash = hmac_sha512::Hash::new();
    hash.update(certificate.hash.0.to_be_bytes());
    hash.update(domain.trim().to_lowercase().as_bytes());
    STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Instant;
    use crate::engine::hash::NameHash;
    use crate::model::certificate::{KeyExport, KeyProvider, SubjectKeyIdentifier, Validity};
    use crate::model::names::NameId;
    use crate::model::organization::OrgId;

    fn certificate(name: &str) -> Certificate {
        Certificate {
            organization: OrgId(0),
            name: name.into(),
            hash: NameHash::of(name),
            issuer: NameId(0),
            subject_key_identifier: SubjectKeyIdentifier::OfItsHash,
            validity: Validity {
                not_before: Instant::EPOCH,
                not_after: Instant::NEVER,
            },
            key_provider: KeyProvider::CryptoApi,
            key_export: KeyExport::Possible,
        }
    }

    #[test]
    fn a_proof_has_88_characters_and_hangs_on_the_key_and_the_domain_in_lower_case() {
        let (one, other) = (certificate("one"), certificate("other"));
        let proof = domain_proof(&one, "contoso.com");
        assert_eq!(proof.len(), 88);
        assert!(proof.ends_with("=="));
        assert_eq!(domain_proof(&one, " CONTOSO.com "), proof);
        assert_ne!(domain_proof(&one, "contoso.co.uk"), proof);
        assert_ne!(domain_proof(&other, "contoso.com"), proof);
        let dated = Certificate {
            validity: Validity {
                not_before: Instant::from_seconds(1),
                not_after: Instant::from_seconds(2),
            },
            ..one
        };
        assert_eq!(
            domain_proof(&dated, "contoso.com"),
            proof,
            "dates are no key"
        );
    }
}
