//! Publishing: host names on the internet, reverse proxies, virtual directories, application pools.
//!
//! It knows nothing of tokens or calendars. Invariant: whether a request reaches a service depends on
//! the state of the published host and of the one server that takes it, in that order.

use std::sync::Arc;

use super::address::{Url, UrlPath};
use super::cause::Cause;
use super::certificate::{TlsCertificate, TlsVersions};
use super::gateway::GatewayId;
use super::names::NameId;
use super::network::SiteId;
use super::organization::{OrgId, ServerId};
use super::revised::carries;

/// A host name that DNS leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The name.
    pub name: NameId,
    /// Whose it is.
    pub owner: HostOwner,
    /// Where it stands.
    pub site: SiteId,
    /// The servers behind it.
    pub servers: Arc<[ServerId]>,
    /// What becomes of connections to it.
    pub state: HostState,
    /// The certificate that it shows.
    pub tls: TlsCertificate,
    /// The TLS versions that it speaks.
    pub tls_versions: TlsVersions,
    /// What stands between it and the servers.
    pub proxy: ReverseProxy,
    /// Where it redirects (HTTP 302) instead of serving Autodiscover.
    pub redirect: Option<Url>,
}

/// Whose a published host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostOwner {
    /// An organization's.
    Organization(OrgId),
    /// The gateway's.
    Gateway(GatewayId),
    /// Nobody's: an address at which nothing answers.
    Nobody,
}

/// What becomes of connections to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostState {
    /// They are accepted.
    Up,
    /// Their packets are not answered.
    Down,
    /// They are refused.
    Refusing,
}

/// What a reverse proxy does with what it passes on. One that does nothing is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReverseProxy {
    /// Whether it publishes the Autodiscover paths.
    pub publishes_autodiscover: bool,
    /// Whether it publishes the EWS paths.
    pub publishes_ews: bool,
    /// Whether it asks for a sign-in first.
    pub preauthentication: Preauthentication,
    /// Whether it takes the SOAP header, and the token with it, out of the message.
    pub strips_soap_header: bool,
    /// Whether TLS ends here, so that the servers behind it see plain HTTP.
    pub offloads_tls: bool,
    /// The agent inside the organization through which alone this address is reached, if it is a relay.
    pub agent: RelayAgent,
}

/// The agent that fetches, from inside the organization, what reaches a relay on the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayAgent {
    /// The host is no relay.
    None,
    /// It is connected to the relay.
    Running,
    /// It is not: what reaches the relay waits in vain (HTTP 504).
    Stopped,
}

/// Whether a reverse proxy asks for a sign-in before it passes a request on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preauthentication {
    /// It does not.
    None,
    /// By basic authentication (HTTP 401).
    Basic,
    /// By a form (HTTP 302).
    Forms,
}

/// A service behind a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Autodiscover.
    Autodiscover,
    /// Exchange Web Services.
    Ews,
}

/// How a caller authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerAuthentication {
    /// By a delegation token in the SOAP header (WS-Security).
    DelegationToken,
    /// By an OAuth token.
    OAuth,
    /// By a Windows account of an availability address space.
    Windows,
    /// By name and password of an availability address space.
    Basic,
    /// Not at all.
    Anonymous,
}

/// A virtual directory: which ways to authenticate it has, where it is published, whether it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VirtualDirectory {
    /// `WSSecurityAuthentication`, as the directory has it.
    pub ws_security: bool,
    /// The same, as the web server really runs.
    pub ws_security_running: bool,
    /// The same, as it was written to a web server that is out of step, which reads it when it starts.
    pub ws_security_written: Option<bool>,
    /// Whether the web server maps `.svc` and `.asmx` to a handler.
    pub handler: HandlerMapping,
    /// `OAuthAuthentication`.
    pub oauth: bool,
    /// `BasicAuthentication`.
    pub basic: bool,
    /// `WindowsAuthentication`.
    pub windows: bool,
    /// `ExternalUrl`.
    pub external_url: Option<Url>,
    /// Its application pool.
    pub pool: PoolState,
}

/// Whether a web server knows who handles a service's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerMapping {
    /// It does.
    Present,
    /// It does not: it refuses to POST (HTTP 405).
    Missing,
}

/// The state of an application pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolState {
    /// It runs.
    Running,
    /// It is stopped: HTTP 503.
    Stopped,
    /// It runs, and fails each request: HTTP 500.
    Failing,
}

/// Whether the reverse proxy of a host passes a request on, and to which service.
///
/// Source: How to configure TMG for Exchange 2010 hybrid (docs): explicit paths, no
/// pre-authentication.
pub fn pass_reverse_proxy(host: &Host, path: UrlPath) -> Result<Service, Cause> {
    let service = match path {
        UrlPath::Autodiscover | UrlPath::AutodiscoverWsSecurity => Service::Autodiscover,
        UrlPath::Ews | UrlPath::EwsWsSecurity => Service::Ews,
        UrlPath::Token | UrlPath::Other | UrlPath::Metadata | UrlPath::Provisioning => {
            return Err(Cause::PublishingNothingListens);
        }
    };
    if host.proxy.preauthentication != Preauthentication::None {
        return Err(Cause::PublishingPreauthentication);
    }
    let published = match service {
        Service::Autodiscover => host.proxy.publishes_autodiscover,
        Service::Ews => host.proxy.publishes_ews,
    };
    if published {
        Ok(service)
    } else {
        Err(Cause::PublishingPathBlocked)
    }
}

impl VirtualDirectory {
    /// `WSSecurityAuthentication` is set. Only what differs from what the directory has is written to the
    /// web server. One that is in step takes it over at once; another when it starts the next time.
    ///
    /// Source: to switch it off and on again and to restart repairs a web server that no longer does what
    /// is set, Resolve free/busy errors (docs). Assumed: how.
    pub fn set_ws_security(&mut self, wanted: bool) {
        if self.ws_security == wanted {
            return;
        }
        let in_step = self.ws_security_written.is_none();
        if in_step && self.ws_security_running == self.ws_security {
            self.ws_security_running = wanted;
        } else {
            self.ws_security_written = Some(wanted);
        }
        self.ws_security = wanted;
    }

    /// The web server starts, and reads what was written to it.
    pub fn restart(&mut self) {
        if let Some(written) = self.ws_security_written.take() {
            self.ws_security_running = written;
        }
    }
}

/// Whether a virtual directory serves a caller who authenticates in this way, under this path.
///
/// Source: publishing prerequisites, observed, Exchange 2013; Exchange federation trust, part 1
/// (article): WSSecurityAuthentication must be True on both virtual directories.
pub fn admit(
    directory: &VirtualDirectory,
    path: UrlPath,
    authentication: CallerAuthentication,
) -> Result<(), Cause> {
    match directory.pool {
        PoolState::Running => {}
        PoolState::Stopped => return Err(Cause::PublishingPoolStopped),
        PoolState::Failing => return Err(Cause::PublishingPoolFailing),
    }
    if directory.handler == HandlerMapping::Missing {
        return Err(Cause::PublishingHandlerMissing);
    }
    let federated = matches!(
        path,
        UrlPath::AutodiscoverWsSecurity | UrlPath::EwsWsSecurity
    );
    match authentication {
        CallerAuthentication::DelegationToken if !federated => Err(Cause::PublishingNothingListens),
        CallerAuthentication::DelegationToken if !directory.ws_security_running => {
            Err(match directory.ws_security {
                true => Cause::PublishingWsSecurityOutOfStep,
                false => Cause::PublishingWsSecurityDisabled,
            })
        }
        CallerAuthentication::OAuth if !directory.oauth => Err(Cause::OAuthRejected),
        CallerAuthentication::Windows if !directory.windows => Err(Cause::AddressSpaceCredentials),
        CallerAuthentication::Basic if !directory.basic => Err(Cause::AddressSpaceCredentials),
        _ => Ok(()),
    }
}

carries!(VirtualDirectory {
    ws_security,
    ws_security_running,
    ws_security_written,
    handler,
    oauth,
    basic,
    windows,
    external_url,
    pool
});
carries!(Host {
    name,
    owner,
    site,
    servers,
    state,
    tls,
    tls_versions,
    proxy,
    redirect
});

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(set: bool, running: bool) -> VirtualDirectory {
        VirtualDirectory {
            ws_security: set,
            ws_security_running: running,
            ws_security_written: None,
            handler: HandlerMapping::Present,
            oauth: true,
            basic: false,
            windows: true,
            external_url: None,
            pool: PoolState::Running,
        }
    }

    fn admitted(directory: &VirtualDirectory) -> Result<(), Cause> {
        admit(
            directory,
            UrlPath::EwsWsSecurity,
            CallerAuthentication::DelegationToken,
        )
    }

    #[test]
    fn what_runs_decides_and_what_is_set_says_why_not() {
        assert_eq!(admitted(&directory(true, true)), Ok(()));
        assert_eq!(admitted(&directory(false, true)), Ok(()));
        let disabled = Err(Cause::PublishingWsSecurityDisabled);
        assert_eq!(admitted(&directory(false, false)), disabled);
        let out_of_step = Err(Cause::PublishingWsSecurityOutOfStep);
        assert_eq!(admitted(&directory(true, false)), out_of_step);
    }

    #[test]
    fn a_web_server_in_step_takes_a_setting_over_at_once() {
        let mut directory = directory(false, false);
        directory.set_ws_security(true);
        assert_eq!(admitted(&directory), Ok(()));
    }

    #[test]
    fn a_web_server_out_of_step_needs_off_on_and_a_restart_and_no_less() {
        let mut directory = directory(true, false);
        directory.set_ws_security(true);
        directory.restart();
        assert!(admitted(&directory).is_err(), "nothing was written");
        directory.set_ws_security(false);
        directory.set_ws_security(true);
        assert!(admitted(&directory).is_err(), "nothing was read");
        directory.restart();
        assert_eq!(admitted(&directory), Ok(()));
    }

    #[test]
    fn without_a_handler_nobody_is_served_however_they_sign_in() {
        let mut directory = directory(true, true);
        directory.handler = HandlerMapping::Missing;
        for authentication in [
            CallerAuthentication::DelegationToken,
            CallerAuthentication::OAuth,
            CallerAuthentication::Anonymous,
        ] {
            let admitted = admit(&directory, UrlPath::EwsWsSecurity, authentication);
            assert_eq!(admitted, Err(Cause::PublishingHandlerMissing));
        }
    }
}
