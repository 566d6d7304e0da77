//! Cmdlets of servers and of the virtual directories that publish their services.
//!
//! It knows only their names. Invariant: the tables follow the documented parameter lists.

use super::{Cmdlet, Kind, Of, Parameter, SYSTEM, identity};

pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        name: "Get-ClientAccessServer",
        summary: "Lists the servers that take requests of clients and partners.",
        parameters: &[identity(Of::Server)],
        not_modelled: &[
            "IncludeAlternateServiceAccountCredentialPassword",
            "IncludeAlternateServiceAccountCredentialStatus",
        ],
        output: Some("ClientAccessServer"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-ClientAccessServer (docs)",
    },
    Cmdlet {
        name: "Set-ExchangeServer",
        summary: "Says through which proxy a server reaches the Internet.",
        parameters: &[
            identity(Of::Server).required(),
            Parameter::new("InternetWebProxy", Kind::Text),
        ],
        not_modelled: &[
            "InternetWebProxyBypassList",
            "ProductKey",
            "StaticDomainControllers",
            "StaticGlobalCatalogs",
            "MonitoringGroup",
        ],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-ExchangeServer (docs)",
    },
    Cmdlet {
        name: "Get-WebServicesVirtualDirectory",
        summary: "Shows how Exchange Web Services are published.",
        parameters: VIRTUAL_DIRECTORIES,
        not_modelled: &["ADPropertiesOnly", "ShowMailboxVirtualDirectories"],
        output: Some("WebServicesVirtualDirectory"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-WebServicesVirtualDirectory (docs)",
    },
    Cmdlet {
        name: "Set-WebServicesVirtualDirectory",
        summary: "Changes how Exchange Web Services are published.",
        parameters: &[
            identity(Of::VirtualDirectory).required(),
            Parameter::new("WSSecurityAuthentication", Kind::Boolean),
            Parameter::new("BasicAuthentication", Kind::Boolean),
            Parameter::new("WindowsAuthentication", Kind::Boolean),
            Parameter::new("OAuthAuthentication", Kind::Boolean),
            Parameter::new("ExternalUrl", Kind::Url),
        ],
        not_modelled: &[
            "CertificateAuthentication",
            "DigestAuthentication",
            "InternalUrl",
            "ExtendedProtectionFlags",
            "ExtendedProtectionSPNList",
            "ExtendedProtectionTokenChecking",
            "GzipLevel",
            "InternalNLBBypassUrl",
            "MRSProxyEnabled",
            "MRSProxyMaxConnections",
        ],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-WebServicesVirtualDirectory (docs)",
    },
    Cmdlet {
        name: "Get-AutodiscoverVirtualDirectory",
        summary: "Shows how Autodiscover is published.",
        parameters: VIRTUAL_DIRECTORIES,
        not_modelled: &["ADPropertiesOnly", "ShowMailboxVirtualDirectories"],
        output: Some("AutodiscoverVirtualDirectory"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-AutodiscoverVirtualDirectory (docs)",
    },
    Cmdlet {
        name: "Set-AutodiscoverVirtualDirectory",
        summary: "Changes how Autodiscover is published.",
        parameters: &[
            identity(Of::VirtualDirectory).required(),
            Parameter::new("WSSecurityAuthentication", Kind::Boolean),
            Parameter::new("BasicAuthentication", Kind::Boolean),
            Parameter::new("WindowsAuthentication", Kind::Boolean),
            Parameter::new("OAuthAuthentication", Kind::Boolean),
            Parameter::new("ExternalUrl", Kind::Url),
        ],
        not_modelled: &[
            "DigestAuthentication",
            "InternalUrl",
            "ExtendedProtectionFlags",
            "ExtendedProtectionSPNList",
            "ExtendedProtectionTokenChecking",
        ],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-AutodiscoverVirtualDirectory (docs)",
    },
];

/// Of which directory, or of which server.
const VIRTUAL_DIRECTORIES: &[Parameter] = &[
    identity(Of::VirtualDirectory),
    Parameter::new("Server", Kind::Identity(Of::Server)).piped(),
];
