//! Cmdlets of certificates, the federation trust, federated domains and the organization identifier.
//!
//! It knows only their names. Invariant: the tables follow the documented parameter lists.

use super::{Cmdlet, Kind, Of, Parameter, SYSTEM, identity};

pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        name: "New-ExchangeCertificate",
        summary: "Creates a self-signed certificate on a server.",
        parameters: &[
            Parameter::new("FriendlyName", Kind::Text),
            Parameter::new("DomainName", Kind::List(&Kind::Text)),
            Parameter::new("Services", SERVICES),
            Parameter::new("KeySize", Kind::Integer),
            Parameter::new("PrivateKeyExportable", Kind::Boolean),
            Parameter::new("SubjectKeyIdentifier", Kind::Text),
            Parameter::new("Server", Kind::Identity(Of::Server)).piped(),
        ],
        not_modelled: &[
            "SubjectName",
            "GenerateRequest",
            "RequestFile",
            "RequestPath",
            "BinaryEncoded",
            "IncludeAcceptedDomains",
            "IncludeAutoDiscover",
            "IncludeServerFQDN",
            "IncludeServerNetBIOSName",
            "Instance",
        ],
        output: Some("ExchangeCertificate"),
        creates: None,
        tasks: SYSTEM,
        source: "New-ExchangeCertificate (docs)",
    },
    Cmdlet {
        name: "Get-ExchangeCertificate",
        summary: "Lists the certificates of a server.",
        parameters: &[
            Parameter::new("Thumbprint", Kind::Identity(Of::Certificate))
                .at(0)
                .piped(),
            Parameter::new("Server", Kind::Identity(Of::Server)).piped(),
        ],
        not_modelled: &["Identity", "Instance", "DomainName"],
        output: Some("ExchangeCertificate"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-ExchangeCertificate (docs)",
    },
    Cmdlet {
        name: "New-FederationTrust",
        summary: "Sets up the trust in the federation gateway with an organization certificate.",
        parameters: &[
            Parameter::new("Name", Kind::Text).required().at(0),
            Parameter::new("Thumbprint", Kind::Identity(Of::Certificate))
                .required()
                .piped(),
            Parameter::new("MetadataUrl", Kind::Url),
            Parameter::new("SuppressDnsWarning", Kind::Switch),
            Parameter::new("UseLegacyProvisioningService", Kind::Switch),
        ],
        not_modelled: &[
            "ApplicationUri",
            "SkipNamespaceProviderProvisioning",
            "AdministratorProvisioningId",
            "ApplicationIdentifier",
        ],
        output: Some("FederationTrust"),
        creates: Some(Of::FederationTrust),
        tasks: SYSTEM,
        source: "New-FederationTrust (docs)",
    },
    Cmdlet {
        name: "Get-FederationTrust",
        summary: "Shows the federation trust.",
        parameters: &[identity(Of::FederationTrust)],
        not_modelled: &[],
        output: Some("FederationTrust"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-FederationTrust (docs)",
    },
    Cmdlet {
        name: "Set-FederationTrust",
        summary: "Stages or publishes an organization certificate, refreshes the gateway's metadata, or \
                  turns to another gateway.",
        parameters: &[
            identity(Of::FederationTrust).required(),
            Parameter::new("Name", Kind::Text),
            Parameter::new("Thumbprint", Kind::Identity(Of::Certificate)),
            Parameter::new("PublishFederationCertificate", Kind::Switch),
            Parameter::new("RefreshMetadata", Kind::Switch),
            Parameter::new("MetadataUrl", Kind::Url),
        ],
        not_modelled: &["ApplicationUri"],
        output: None,
        creates: Some(Of::FederationTrust),
        tasks: SYSTEM,
        source: "Set-FederationTrust (docs)",
    },
    Cmdlet {
        name: "Remove-FederationTrust",
        summary: "Removes the federation trust.",
        parameters: &[identity(Of::FederationTrust).required()],
        not_modelled: &[],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Remove-FederationTrust (docs)",
    },
    Cmdlet {
        name: "Test-FederationTrust",
        summary: "Tests trust, metadata and certificates, and asks for a token to itself.",
        parameters: &[Parameter::new("UserIdentity", Kind::Identity(Of::Mailbox)).piped()],
        not_modelled: &["MonitoringContext"],
        output: Some("FederationTrustTestResult"),
        creates: None,
        tasks: SYSTEM,
        source: "Test-FederationTrust (docs)",
    },
    Cmdlet {
        name: "Test-FederationTrustCertificate",
        summary: "Shows on which servers the organization certificates are installed.",
        parameters: &[],
        not_modelled: &[],
        output: Some("FederationTrustCertificateState"),
        creates: None,
        tasks: SYSTEM,
        source: "Test-FederationTrustCertificate (docs)",
    },
    Cmdlet {
        name: "Get-FederatedDomainProof",
        summary: "Computes the text that proves the ownership of a domain in DNS.",
        parameters: &[
            Parameter::new("DomainName", Kind::Domain)
                .required()
                .by_property(),
            Parameter::new("Thumbprint", Kind::Identity(Of::Certificate)),
        ],
        not_modelled: &[],
        output: Some("FederatedDomainProof"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-FederatedDomainProof (docs)",
    },
    Cmdlet {
        name: "Set-FederatedOrganizationIdentifier",
        summary: "Reserves the account namespace, registers the first domain, switches federation on or off.",
        parameters: &[
            Parameter::new("AccountNamespace", Kind::Domain),
            Parameter::new("DefaultDomain", Kind::Domain),
            Parameter::new(
                "DelegationFederationTrust",
                Kind::Identity(Of::FederationTrust),
            ),
            Parameter::new("Enabled", Kind::Boolean),
            Parameter::new("OrganizationContact", Kind::Address),
        ],
        not_modelled: &["Identity"],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-FederatedOrganizationIdentifier (docs)",
    },
    Cmdlet {
        name: "Get-FederatedOrganizationIdentifier",
        summary: "Shows the organization identifier with its domains.",
        parameters: &[Parameter::new("IncludeExtendedDomainInfo", Kind::Switch)],
        not_modelled: &["Identity"],
        output: Some("FederatedOrganizationIdentifier"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-FederatedOrganizationIdentifier (docs)",
    },
    Cmdlet {
        name: "Add-FederatedDomain",
        summary: "Registers a further domain at the gateway.",
        parameters: &[Parameter::new("DomainName", Kind::Domain)
            .required()
            .by_property()],
        not_modelled: &["Identity"],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Add-FederatedDomain (docs)",
    },
    Cmdlet {
        name: "Remove-FederatedDomain",
        summary: "Takes a domain out of the federation.",
        parameters: &[Parameter::new("DomainName", Kind::Domain)
            .required()
            .by_property()],
        not_modelled: &["Identity"],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Remove-FederatedDomain (docs)",
    },
    Cmdlet {
        name: "New-AcceptedDomain",
        summary: "Makes a domain one for which the organization accepts mail.",
        parameters: &[
            Parameter::new("Name", Kind::Text).required().at(0),
            Parameter::new("DomainName", Kind::Domain).required(),
            Parameter::new(
                "DomainType",
                Kind::OneOf(&["Authoritative", "InternalRelay", "ExternalRelay"]),
            ),
        ],
        not_modelled: &["MatchSubDomains"],
        output: Some("AcceptedDomain"),
        creates: None,
        tasks: SYSTEM,
        source: "New-AcceptedDomain (docs)",
    },
    Cmdlet {
        name: "Set-AcceptedDomain",
        summary: "Changes the type of an accepted domain: only authoritative ones can be federated.",
        parameters: &[
            Parameter::new("Identity", Kind::Domain).required().at(0),
            Parameter::new(
                "DomainType",
                Kind::OneOf(&["Authoritative", "InternalRelay", "ExternalRelay"]),
            ),
        ],
        not_modelled: &[
            "AddressBookEnabled",
            "DomainName",
            "MakeDefault",
            "MatchSubDomains",
            "Name",
        ],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-AcceptedDomain (docs)",
    },
    Cmdlet {
        name: "Get-FederationInformation",
        summary: "Asks a partner for what a relationship with it needs to know.",
        parameters: &[
            Parameter::new("DomainName", Kind::Domain)
                .required()
                .at(0)
                .by_property(),
            Parameter::new("BypassAdditionalDomainValidation", Kind::Switch),
            Parameter::new("TrustedHostnames", Kind::List(&Kind::Text)),
        ],
        not_modelled: &[],
        output: Some("FederationInformation"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-FederationInformation (docs)",
    },
];

/// Source: New-ExchangeCertificate, Services (docs).
/// Federation knows no other service.
const SERVICES: Kind = Kind::List(&Kind::OneOf(&["Federation"]));
