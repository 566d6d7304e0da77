//! `Get-FederationInformation`: what a partner tells anybody of its federation, found in four steps.
//!
//! It knows nothing of relationships. Invariant: an answer that does not list the domain that was asked
//! about counts as none.

use crate::cmdlet::value::{Object, Value};
use crate::model::address::{Url, UrlPath};
use crate::model::administration::{
    CertificateNames, Errand, ErrandReply, FederationInformation, InformationError,
    InformationRefusal,
};
use crate::model::cause::Cause;
use crate::model::names::NameId;

use super::call::Call;
use super::shell::{Outcome, Shell};

/// How many redirects one attempt follows.
///
/// Source: federation-information client, observed, Exchange 2013.
const REDIRECTS_MAX: u32 = 5;

/// What was found, and where.
pub(super) struct Discovered {
    pub information: FederationInformation,
    /// The address that answered.
    pub url: Url,
}

/// Why nothing was found at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfound {
    /// Somebody answered, and the domain is none of his.
    OtherDomains,
    /// Nobody answered, or nothing of use.
    NoAnswer,
}

/// Whom the administrator trusts although names do not match or a redirect was not secure.
pub(super) struct Trusted<'a> {
    pub hosts: &'a [String],
    pub everybody: bool,
}

impl Trusted<'_> {
    fn covers(&self, host: &str) -> bool {
        self.everybody
            || self
                .hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(host))
    }
}

/// Asks the partner, and checks what it answers.
///
/// Source: Get-FederationInformation (docs); the steps and their times are observed, Exchange 2013. That
/// other domains are checked one by one is documented, how is recalled.
pub(super) async fn get_federation_information(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let domain = call.text("DomainName").unwrap_or_default().to_owned();
    let hosts = call.texts("TrustedHostnames").unwrap_or_default();
    let trusted = Trusted {
        hosts: &hosts,
        everybody: call.switch("Force"),
    };
    let name = shell.intern(&domain);
    let Some(found) = discover(shell, name, &trusted).await else {
        let message =
            "Federation information could not be received from the external organization.";
        let exception = "GetFederationInformationFailedException";
        return Err(call.error("NotSpecified", exception, message));
    };
    let mut domains = found.information.domains.to_vec();
    if !call.switch("BypassAdditionalDomainValidation") {
        let mut valid = vec![name];
        for &other in domains.iter().filter(|&&other| other != name) {
            let same = discover(shell, other, &trusted).await;
            let uri = found.information.application_uri;
            match same {
                Some(same) if same.information.application_uri == uri => valid.push(other),
                _ => shell.warn(format!(
                    "The domain {} could not be validated and is left out.",
                    shell.text(other)
                )),
            }
        }
        domains.retain(|domain| valid.contains(domain));
    }
    Ok(vec![describe(shell, &found, &domains)])
}

fn describe(shell: &Shell<'_>, found: &Discovered, domains: &[NameId]) -> Object {
    let information = &found.information;
    let epr = Url {
        path: UrlPath::AutodiscoverWsSecurity,
        ..found.url
    };
    let names = domains.iter().map(|&domain| shell.text(domain));
    shell
        .object("FederationInformation")
        .with(
            "TargetApplicationUri",
            shell.text(information.application_uri),
        )
        .with("DomainNames", Value::texts(names))
        .with("TargetAutodiscoverEpr", shell.federation().url_text(epr))
        .with(
            "TokenIssuerUris",
            Value::texts([shell.text(information.token_issuer)]),
        )
        .with("Identity", Value::Null)
        .with("IsValid", true)
        .with("ObjectState", "Unchanged")
}

/// Finds a partner's federation information: the first step that succeeds wins.
pub(super) async fn discover(
    shell: &Shell<'_>,
    domain: NameId,
    trusted: &Trusted<'_>,
) -> Option<Discovered> {
    let text = shell.text(domain);
    let hosts = [format!("autodiscover.{text}"), text.to_owned()];
    for host in &hosts {
        let url = Url {
            host: shell.intern(host),
            path: UrlPath::Autodiscover,
        };
        shell.tell(format!(
            "Asking https://{host}/autodiscover/autodiscover.svc."
        ));
        if let Ok(found) = attempt(shell, url, domain, trusted).await {
            return Some(found);
        }
    }
    for host in &hosts {
        shell.tell(format!(
            "Asking http://{host}/autodiscover/autodiscover.xml for a redirect."
        ));
        let errand = Errand::Redirection {
            host: shell.intern(host),
            domain,
        };
        let patience = shell.federation().parameters.discovery_timeout;
        let Ok(ErrandReply::Redirection(Some(url))) = shell.console.ask(errand, patience).await
        else {
            continue;
        };
        let target = shell.text(url.host);
        if !trusted.covers(target) && !is_trusted_redirect(shell, url.host) {
            shell.warn(format!(
                "http://{host} returned an unsecure redirect to {target}. No service connection point \
                 and none of -TrustedHostnames names that host."
            ));
            continue;
        }
        let url = Url {
            path: UrlPath::Autodiscover,
            ..url
        };
        if let Ok(found) = attempt(shell, url, domain, trusted).await {
            return Some(found);
        }
    }
    None
}

/// Whether the organization's service connection point for such redirects names a host.
///
/// Source: Get-FederationInformation and unsecure redirects (docs).
fn is_trusted_redirect(shell: &Shell<'_>, host: NameId) -> bool {
    let names = &shell.federation().names;
    let known = &shell.organization().trusted_redirects;
    known.iter().any(|name| name.covers(host, names))
}

/// One attempt at an address, redirects followed.
pub(super) async fn attempt(
    shell: &Shell<'_>,
    mut url: Url,
    domain: NameId,
    trusted: &Trusted<'_>,
) -> Result<Discovered, Unfound> {
    for _ in 0..=REDIRECTS_MAX {
        let host = shell.text(url.host);
        let names = match trusted.covers(host) {
            true => CertificateNames::Any,
            false => CertificateNames::Matching,
        };
        let errand = Errand::FederationInformation { url, domain, names };
        let patience = shell.federation().parameters.discovery_timeout;
        match shell.console.ask(errand, patience).await {
            Ok(ErrandReply::FederationInformation(Ok(information))) => {
                if information.domains.contains(&domain) {
                    return Ok(Discovered { information, url });
                }
                tell_refusal(shell, host, InformationError::DomainNotListed);
                return Err(Unfound::OtherDomains);
            }
            Ok(ErrandReply::FederationInformation(Err(refusal))) => {
                tell_refusal(shell, host, InformationError::Refused(refusal));
                return Err(match refusal {
                    InformationRefusal::InvalidDomain => Unfound::OtherDomains,
                    InformationRefusal::NotFederated => Unfound::NoAnswer,
                });
            }
            // The path is forced to that of Autodiscover.
            Ok(ErrandReply::Redirection(Some(next))) => {
                url = Url {
                    path: UrlPath::Autodiscover,
                    ..next
                };
            }
            Ok(_) => return Err(Unfound::NoAnswer),
            Err(failure) => {
                if failure.cause == Cause::TlsNameMismatch {
                    shell.warn(format!(
                        "The certificate of {host} does not name it, and the host is not one of \
                         -TrustedHostnames."
                    ));
                }
                shell.tell(format!("{host}: {}", failure.text()));
                return Err(Unfound::NoAnswer);
            }
        }
    }
    Err(Unfound::NoAnswer)
}

fn tell_refusal(shell: &Shell<'_>, host: &str, error: InformationError) {
    let code = match error {
        InformationError::Refused(InformationRefusal::NotFederated) => "NotFederated",
        InformationError::Refused(InformationRefusal::InvalidDomain) => "InvalidDomain",
        InformationError::DomainNotListed => "the answer does not list the domain",
    };
    shell.tell(format!("{host} answered: {code}."));
}
