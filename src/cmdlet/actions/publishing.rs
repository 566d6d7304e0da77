//! Servers and their virtual directories, and the restart of their web servers.
//!
//! It knows nothing of partners. Invariant: a virtual directory is a server's, and has one of two services
//! behind it.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::hash::NameHash;
use crate::model::address::{Url, UrlPath};
use crate::model::organization::{Generation, Outbound, Server, ServerId, WebProxyState};
use crate::model::publishing::{Service, VirtualDirectory};

use super::call::Call;
use super::shell::{DirectoryObject, Outcome, Shell, history};

/// Lists the servers.
pub(super) async fn get_client_access_server(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let servers = servers(call, "Identity")?;
    Ok(servers
        .into_iter()
        .map(|id| describe_server(shell, id))
        .collect())
}

fn describe_server(shell: &Shell<'_>, id: ServerId) -> Object {
    let row = shell.federation().servers.at(id, shell.now());
    let forest = shell.computer();
    let forest = forest
        .split_once('.')
        .map_or("", |(_, forest)| forest)
        .to_owned();
    let site = &shell.federation().network.sites()[row.site].name;
    shell
        .object("ClientAccessServer")
        .with("Name", &*row.name)
        .with("Fqdn", format!("{}.{forest}", row.name))
        .with(
            "AdminDisplayVersion",
            format!("Exchange {}", row.edition.text()),
        )
        .with("AutoDiscoverServiceCN", &*row.name)
        .with(
            "AutoDiscoverServiceInternalUri",
            format!(
                "https://{}.{forest}/Autodiscover/Autodiscover.xml",
                row.name
            ),
        )
        .with("AutoDiscoverSiteScope", Value::texts([&**site]))
        .with("Identity", &*row.name)
        .with("IsValid", true)
}

/// The servers that are meant: the one that is named, or came through the pipeline, else all.
fn servers(call: &Call<'_, '_>, parameter: &str) -> Result<Vec<ServerId>, ErrorRecord> {
    let shell = call.shell;
    match call.text(parameter) {
        None => Ok(shell.organization().servers.to_vec()),
        Some(name) => match shell.server(name) {
            Some(id) => Ok(vec![id]),
            None => Err(call.not_found("server", name)),
        },
    }
}

/// Shows virtual directories of one service.
pub(super) async fn get_virtual_directory(call: &Call<'_, '_>, service: Service) -> Outcome {
    let ids = match call.text("Identity") {
        Some(identity) => vec![owner(call, identity)?],
        None => servers(call, "Server")?,
    };
    Ok(ids
        .into_iter()
        .map(|id| describe(call.shell, id, service))
        .collect())
}

/// Changes a virtual directory.
pub(super) async fn set_virtual_directory(call: &Call<'_, '_>, service: Service) -> Outcome {
    let shell = call.shell;
    let id = owner(call, call.text("Identity").unwrap_or_default())?;
    let external = call.has("ExternalUrl").then(|| {
        let text = call.text("ExternalUrl").unwrap_or_default();
        shell.url(text)
    });
    if let Some(Some(Url {
        path: UrlPath::Other,
        ..
    })) = external
    {
        let text = call.text("ExternalUrl").unwrap_or_default();
        let message = format!("No service of Exchange stands under '{text}'.");
        return Err(call.error("InvalidArgument", "ArgumentException", message));
    }
    let flags = Flags {
        ws_security: call.boolean("WSSecurityAuthentication"),
        oauth: call.boolean("OAuthAuthentication"),
        basic: call.boolean("BasicAuthentication"),
        windows: call.boolean("WindowsAuthentication"),
    };
    if flags.oauth.is_some()
        && shell.federation().servers.original(id).edition.generation < Generation::V2013
    {
        let message = "OAuthAuthentication is not known to servers before Exchange 2013.";
        return Err(call.error("InvalidArgument", "ArgumentException", message));
    }
    shell.console.change(|federation, now| {
        federation.servers.change(id, now, |row| {
            let directory = match service {
                Service::Ews => &mut row.ews,
                Service::Autodiscover => &mut row.autodiscover,
            };
            flags.apply(directory, external);
        });
    });
    Ok(Vec::new())
}

/// What was said of ways to authenticate.
struct Flags {
    ws_security: Option<bool>,
    oauth: Option<bool>,
    basic: Option<bool>,
    windows: Option<bool>,
}

impl Flags {
    fn apply(&self, directory: &mut VirtualDirectory, external: Option<Option<Url>>) {
        let all = [
            (&mut directory.oauth, self.oauth),
            (&mut directory.basic, self.basic),
            (&mut directory.windows, self.windows),
        ];
        for (flag, wanted) in all {
            *flag = wanted.unwrap_or(*flag);
        }
        if let Some(wanted) = self.ws_security {
            directory.set_ws_security(wanted);
        }
        directory.external_url = external.unwrap_or(directory.external_url);
    }
}

/// Says through which proxy a server reaches the Internet; `$null` for none.
///
/// Source: Set-ExchangeServer -InternetWebProxy (docs). Assumed: a proxy does to one server what it does to
/// the others of the organization, one that none has named yet forwards, and without one only a server
/// that began without one and reached the Internet does.
pub(super) async fn set_exchange_server(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let name = call.text("Identity").unwrap_or_default();
    let id = shell
        .server(name)
        .ok_or_else(|| call.not_found("server", name))?;
    if !call.has("InternetWebProxy") {
        return Ok(Vec::new());
    }
    let (federation, now) = (shell.federation(), shell.now());
    let began = federation.servers.original(id).outbound;
    let outbound = match call.text("InternetWebProxy") {
        None => match began {
            Outbound::Direct => Outbound::Direct,
            Outbound::WebProxy { .. } | Outbound::Closed => Outbound::Closed,
        },
        Some(address) => {
            let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
            let host = rest.split([':', '/']).next().unwrap_or(rest);
            let host = shell.intern(host);
            let others = shell.organization().servers.iter();
            let states = others.flat_map(|&other| {
                let rows = [
                    federation.servers.at(other, now),
                    federation.servers.original(other),
                ];
                rows.map(|row| row.outbound)
            });
            let known = states.into_iter().find_map(|outbound| match outbound {
                Outbound::WebProxy { host: known, state } if known == host => Some(state),
                _ => None,
            });
            let state = known.unwrap_or(WebProxyState::Forwards);
            Outbound::WebProxy { host, state }
        }
    };
    shell.console.change(|federation, now| {
        let with_proxy = |row: &mut Server| row.outbound = outbound;
        federation.servers.change(id, now, with_proxy);
    });
    Ok(Vec::new())
}

/// The server of a virtual directory: `cas1\EWS (Default Web Site)`.
fn owner(call: &Call<'_, '_>, identity: &str) -> Result<ServerId, ErrorRecord> {
    let name = identity
        .split_once('\\')
        .map_or(identity, |(server, _)| server);
    call.shell
        .server(name)
        .ok_or_else(|| call.not_found("virtual directory", identity))
}

/// Restarts the web server of this or another server.
///
/// Source: what worker processes remember is lost, observed, Exchange 2013.
pub(super) async fn restart_web_server(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let id = match call.text("ComputerName") {
        None => shell.console.server(),
        Some(name) => match shell.server(name) {
            Some(id) => id,
            None => return Err(call.not_found("server", name)),
        },
    };
    shell.console.recycle(id);
    let restart = shell.federation().parameters.web_server_restart;
    shell.console.wait(restart).await;
    Ok(Vec::new())
}

/// Recycles an application pool of the own server. Simplified: all pools of a server are recycled together,
/// for their worker processes are one in this model.
///
/// Source: Restart-WebAppPool (docs).
pub(super) async fn restart_application_pool(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    shell.console.recycle(shell.console.server());
    Ok(Vec::new())
}

/// A virtual directory as the shell shows it, its ways to authenticate first.
///
/// Source: the ten properties and their order: Exchange federation trust, part 1 (article).
fn describe(shell: &Shell<'_>, id: ServerId, service: Service) -> Object {
    let federation = shell.federation();
    let server: &Server = federation.servers.at(id, shell.now());
    let (directory, name, type_name) = match service {
        Service::Ews => (
            &server.ews,
            "EWS (Default Web Site)",
            "WebServicesVirtualDirectory",
        ),
        Service::Autodiscover => (
            &server.autodiscover,
            "Autodiscover (Default Web Site)",
            "AutodiscoverVirtualDirectory",
        ),
    };
    let methods = || Value::texts(methods(directory));
    let is_new = server.edition.generation >= Generation::V2013;
    let mut shown = shell.object(type_name);
    // The two services differ in the first properties.
    let negotiate = match service {
        Service::Ews => {
            shown.set("CertificateAuthentication", Value::Null);
            Value::Null
        }
        Service::Autodiscover => Value::Boolean(false),
    };
    shown = shown
        .with("InternalAuthenticationMethods", methods())
        .with("ExternalAuthenticationMethods", methods())
        .with("LiveIdNegotiateAuthentication", negotiate)
        .with("WSSecurityAuthentication", directory.ws_security)
        .with("LiveIdBasicAuthentication", false)
        .with("BasicAuthentication", directory.basic)
        .with("DigestAuthentication", false)
        .with("WindowsAuthentication", directory.windows);
    if is_new {
        shown = shown
            .with("OAuthAuthentication", directory.oauth)
            .with("AdfsAuthentication", false);
    }
    let external = directory.external_url.map(|url| federation.url_text(url));
    let path = format!("{}\\{name}", server.name);
    shown = shown
        .with("Server", &*server.name)
        .with("ExternalUrl", external)
        .with("Identity", path);
    let (created, changed) = history(&federation.servers, id, federation.start, shell.now());
    let place = [name, "HTTP", "Protocols", &*server.name, "Servers"];
    let directory = DirectoryObject {
        name,
        path: &place,
        class: "msExchVirtualDirectory",
        category: "ms-Exch-Virtual-Directory",
        hash: server.hash.with(NameHash::of(name).0),
        created,
        changed,
    };
    shell.with_directory_properties(shown, &directory)
}

/// The names of the ways to authenticate.
fn methods(directory: &VirtualDirectory) -> Vec<&'static str> {
    let all = [
        (directory.basic, &["Basic"][..]),
        (directory.windows, &["Ntlm", "WindowsIntegrated"]),
        (directory.ws_security, &["WSSecurity"]),
        (directory.oauth, &["OAuth"]),
    ];
    let on = all.into_iter().filter(|(is_on, _)| *is_on);
    on.flat_map(|(_, names)| names.iter().copied()).collect()
}
