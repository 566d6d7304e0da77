//! `New-ExchangeCertificate` and `Get-ExchangeCertificate`.
//!
//! It knows nothing of trusts. Invariant: a new certificate is on the server that made it, and on no
//! other until a trust carries it there.

use crate::cmdlet::value::{Object, Value};
use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::certificate::{
    Certificate, CertificateId, KeyExport, KeyProvider, StoreState, SubjectKeyIdentifier, Validity,
};
use crate::model::organization::{OrgId, Server, ServerId};
use crate::model::purpose::Purpose;

use super::call::Call;
use super::shell::{Outcome, Shell};

/// How long self-signed certificates of Exchange last: 5 years (recalled).
const SELF_SIGNED_LIFE: Span = Span::from_days(5 * 365 + 1);

/// The length of a key. Source: New-ExchangeCertificate (docs): the default, and that of the article.
const KEY_BITS: i64 = 2048;

/// Makes a self-signed certificate in the store of this server. Federation asks nothing of its subject or
/// of the domains that it names, and neither is kept.
///
/// Source: New-ExchangeCertificate (docs). Chosen: without `-SubjectKeyIdentifier` it has none, so that
/// the documented procedure, which gives one, is needed.
pub(super) async fn new_exchange_certificate(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    if call.integer("KeySize").is_some_and(|bits| bits != KEY_BITS) {
        let message = format!("Only keys of {KEY_BITS} bits are modelled.");
        return Err(call.error("InvalidArgument", "ArgumentException", message));
    }
    let [high, _] = shell.console.draw();
    let own = shell.organization_id();
    let friendly_name = call.text("FriendlyName").unwrap_or("Microsoft Exchange");
    let identifier = call.text("SubjectKeyIdentifier").unwrap_or_default();
    let not_before = shell.console.shown();
    let is_exportable = call.boolean("PrivateKeyExportable").unwrap_or(false);
    let server = match call.text("Server") {
        None => shell.console.server(),
        Some(name) => shell
            .server(name)
            .ok_or_else(|| call.not_found("server", name))?,
    };
    let issuer = shell.intern("self-signed");
    let id = shell.console.change(|federation, now| {
        let hash = federation.organizations.original(own).hash;
        let id = federation.certificates.add(Certificate {
            organization: own,
            name: friendly_name.into(),
            hash: hash.with(NameHash::of(friendly_name).0).with(high),
            issuer,
            subject_key_identifier: SubjectKeyIdentifier::Given(identifier.into()),
            validity: Validity {
                not_before,
                not_after: not_before + SELF_SIGNED_LIFE,
            },
            key_provider: KeyProvider::CryptoApi,
            key_export: match is_exportable {
                true => KeyExport::Possible,
                false => KeyExport::Impossible,
            },
        });
        let servers = federation.organizations.at(own, now).servers.clone();
        for &other in servers.iter().filter(|&&other| other != server) {
            put(federation, other, id, StoreState::Missing, now);
        }
        id
    });
    Ok(vec![describe(shell, id)])
}

/// Lists the certificates in the store of a server.
pub(super) async fn get_exchange_certificate(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let server = match call.text("Server") {
        None => shell.own_server(),
        Some(name) => match shell.server(name) {
            Some(id) => shell.federation().servers.at(id, shell.now()),
            None => return Err(call.not_found("server", name)),
        },
    };
    let wanted = call.text("Thumbprint");
    let stored = stored(shell.federation(), shell.organization_id(), server);
    let found: Vec<Object> = stored
        .filter(|&id| {
            let thumbprint = shell.federation().certificates.original(id).thumbprint();
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&thumbprint))
        })
        .map(|id| describe(shell, id))
        .collect();
    match wanted {
        Some(wanted) if found.is_empty() => Err(call.error(
            "InvalidArgument",
            "ArgumentException",
            format!("The certificate with thumbprint {wanted} was not found."),
        )),
        _ => Ok(found),
    }
}

/// The certificates of an organization that a server holds in some form.
pub(super) fn stored<'f>(
    federation: &'f Federation,
    organization: OrgId,
    server: &'f Server,
) -> impl Iterator<Item = CertificateId> + 'f {
    let ids = federation.certificates.ids();
    ids.filter(move |&id| {
        let is_own = federation.certificates.original(id).organization == organization;
        is_own && server.stored(id) != StoreState::Missing
    })
}

/// Puts a certificate into the store of a server, from an instant on.
pub(super) fn put(
    federation: &mut Federation,
    server: ServerId,
    certificate: CertificateId,
    state: StoreState,
    at: Instant,
) {
    federation.servers.change(server, at, |row| {
        let mut store: Vec<_> = row.store.to_vec();
        match store.iter_mut().find(|(id, _)| *id == certificate) {
            Some(entry) => entry.1 = state,
            None => store.push((certificate, state)),
        }
        row.store = store.into();
    });
}

/// Carries a certificate from this server to all others of the organization, to each in its time.
///
/// Source: Exchange copies the certificate to all servers; how long that takes depends on the topology of
/// Active Directory: Federation, Exchange 2013 Help (docs). Assumed: how long.
pub(super) fn distribute(shell: &Shell<'_>, certificate: CertificateId) {
    let (own, here) = (shell.organization_id(), shell.console.server());
    let keys = shell.console.keys().clone();
    shell.console.change(|federation, now| {
        let servers = federation.organizations.at(own, now).servers.clone();
        let hash = federation.certificates.original(certificate).hash;
        for &server in servers.iter().filter(|&&server| server != here) {
            let row = federation.servers.at(server, now);
            if row.stored(certificate) != StoreState::Missing {
                continue;
            }
            let law = &federation.parameters.certificate_distribution;
            let entity = row.hash.with(hash.0);
            let span = law.sample(&keys, Purpose::CertificateDistribution, entity, 0);
            put(
                federation,
                server,
                certificate,
                StoreState::Installed,
                now + span,
            );
        }
    });
}

/// A certificate as the shell shows it.
fn describe(shell: &Shell<'_>, id: CertificateId) -> Object {
    let federation = shell.federation();
    let row = federation.certificates.at(id, shell.now());
    let state = shell.own_server().stored(id);
    let issuer = shell.text(row.issuer);
    let is_self_signed = issuer == "self-signed";
    let subject = format!("CN={}", &*row.name);
    let status = match row.validity.covers(shell.console.shown()) {
        true => "Valid",
        false => "DateInvalid",
    };
    let issuer = match is_self_signed {
        true => subject.clone(),
        false => format!("CN={issuer}"),
    };
    Object::new("ExchangeCertificate")
        .with("Thumbprint", row.thumbprint())
        .with("FriendlyName", &*row.name)
        .with("Subject", subject)
        .with("Issuer", issuer)
        .with("IsSelfSigned", is_self_signed)
        .with(
            "HasPrivateKey",
            matches!(state, StoreState::Installed | StoreState::Unusable),
        )
        .with(
            "PrivateKeyExportable",
            row.key_export == KeyExport::Possible,
        )
        .with("NotBefore", row.validity.not_before)
        .with("NotAfter", row.validity.not_after)
        .with("Services", "Federation")
        .with("Status", status)
        .with(
            "SubjectKeyIdentifier",
            identifier(row).map_or(Value::Null, Value::text),
        )
}

/// The text of a subject key identifier, if there is one.
fn identifier(certificate: &Certificate) -> Option<String> {
    match &certificate.subject_key_identifier {
        SubjectKeyIdentifier::OfItsHash => {
            let hash = certificate.hash;
            Some(format!("{:016x}{:016x}", hash.with(1).0, hash.with(2).0))
        }
        SubjectKeyIdentifier::Given(text) if text.is_empty() => None,
        SubjectKeyIdentifier::Given(text) => Some(text.to_string()),
    }
}
