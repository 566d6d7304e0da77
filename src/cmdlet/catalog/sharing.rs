//! Cmdlets of relationships with other organizations, sharing policies, permissions of folders, and the
//! two other ways to a partner's free/busy times.
//!
//! It knows only their names. Invariant: the tables follow the documented parameter lists.

use super::{Cmdlet, Kind, Of, Parameter, RECIPIENT, STORE, SYSTEM, identity};

pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        name: "New-OrganizationRelationship",
        summary: "Creates a relationship with a partner.",
        parameters: &[
            Parameter::new("Name", Kind::Text).required().at(0),
            Parameter::new("DomainNames", Kind::DomainList)
                .required()
                .by_property(),
            ENABLED,
            FREE_BUSY,
            FREE_BUSY_LEVEL,
            FREE_BUSY_SCOPE,
            MAIL_TIPS,
            MAIL_TIPS_LEVEL,
            MAIL_TIPS_SCOPE,
            ARCHIVE,
            DELIVERY_REPORT,
            PHOTOS,
            APPLICATION_URI,
            AUTODISCOVER_EPR,
            SHARING_EPR,
        ],
        not_modelled: RELATIONSHIP_NOT_MODELLED,
        output: Some("OrganizationRelationship"),
        creates: Some(Of::OrganizationRelationship),
        tasks: SYSTEM,
        source: "New-OrganizationRelationship (docs)",
    },
    Cmdlet {
        name: "Get-OrganizationRelationship",
        summary: "Shows relationships with partners.",
        parameters: &[identity(Of::OrganizationRelationship)],
        not_modelled: &[],
        output: Some("OrganizationRelationship"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-OrganizationRelationship (docs)",
    },
    Cmdlet {
        name: "Set-OrganizationRelationship",
        summary: "Changes a relationship with a partner.",
        parameters: &[
            identity(Of::OrganizationRelationship).required(),
            Parameter::new("DomainNames", Kind::DomainList).by_property(),
            ENABLED,
            FREE_BUSY,
            FREE_BUSY_LEVEL,
            FREE_BUSY_SCOPE,
            MAIL_TIPS,
            MAIL_TIPS_LEVEL,
            MAIL_TIPS_SCOPE,
            ARCHIVE,
            DELIVERY_REPORT,
            PHOTOS,
            APPLICATION_URI,
            AUTODISCOVER_EPR,
            SHARING_EPR,
        ],
        not_modelled: SET_RELATIONSHIP_NOT_MODELLED,
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-OrganizationRelationship (docs)",
    },
    Cmdlet {
        name: "Remove-OrganizationRelationship",
        summary: "Removes a relationship with a partner.",
        parameters: &[identity(Of::OrganizationRelationship).required()],
        not_modelled: &[],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Remove-OrganizationRelationship (docs)",
    },
    Cmdlet {
        name: "Test-OrganizationRelationship",
        summary: "Compares a relationship with the partner's.",
        parameters: &[
            identity(Of::OrganizationRelationship).required(),
            Parameter::new("UserIdentity", Kind::Identity(Of::Mailbox)).required(),
        ],
        not_modelled: &[],
        output: Some("OrganizationRelationshipTestResult"),
        creates: None,
        tasks: SYSTEM,
        source: "Test-OrganizationRelationship (docs)",
    },
    Cmdlet {
        name: "New-SharingPolicy",
        summary: "Creates a sharing policy.",
        parameters: &[
            Parameter::new("Name", Kind::Text).required().at(0),
            Parameter::new("Domains", Kind::List(&Kind::SharingEntry)).required(),
            ENABLED,
            Parameter::new("Default", Kind::Switch),
        ],
        not_modelled: &[],
        output: Some("SharingPolicy"),
        creates: Some(Of::SharingPolicy),
        tasks: SYSTEM,
        source: "New-SharingPolicy (docs)",
    },
    Cmdlet {
        name: "Get-SharingPolicy",
        summary: "Shows sharing policies.",
        parameters: &[identity(Of::SharingPolicy)],
        not_modelled: &[],
        output: Some("SharingPolicy"),
        creates: None,
        tasks: SYSTEM,
        source: "Get-SharingPolicy (docs)",
    },
    Cmdlet {
        name: "Set-SharingPolicy",
        summary: "Changes a sharing policy.",
        parameters: &[
            identity(Of::SharingPolicy).required(),
            Parameter::new("Domains", Kind::List(&Kind::SharingEntry)),
            ENABLED,
            Parameter::new("Default", Kind::Switch),
        ],
        not_modelled: &["Name"],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-SharingPolicy (docs)",
    },
    Cmdlet {
        name: "Remove-SharingPolicy",
        summary: "Removes a sharing policy.",
        parameters: &[identity(Of::SharingPolicy).required()],
        not_modelled: &[],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Remove-SharingPolicy (docs)",
    },
    Cmdlet {
        name: "Get-Mailbox",
        summary: "Shows mailboxes.",
        parameters: &[
            identity(Of::Mailbox),
            Parameter::new("ResultSize", Kind::Size),
        ],
        not_modelled: &[
            "Anr",
            "Archive",
            "Arbitration",
            "Database",
            "Filter",
            "OrganizationalUnit",
            "RecipientTypeDetails",
            "Server",
            "SortBy",
        ],
        output: Some("Mailbox"),
        creates: None,
        tasks: RECIPIENT,
        source: "Get-Mailbox (docs)",
    },
    Cmdlet {
        name: "Set-Mailbox",
        summary: "Changes a mailbox: its sharing policy, or what identifies its user to the gateway.",
        parameters: &[
            identity(Of::Mailbox).required(),
            Parameter::new("SharingPolicy", Kind::Identity(Of::SharingPolicy)),
            Parameter::new("ImmutableId", Kind::Text),
        ],
        not_modelled: &[
            "AcceptMessagesOnlyFrom",
            "Alias",
            "CustomAttribute1",
            "DeliverToMailboxAndForward",
            "DisplayName",
            "EmailAddresses",
            "EmailAddressPolicyEnabled",
            "ExternalOofOptions",
            "ForwardingAddress",
            "ForwardingSmtpAddress",
            "GrantSendOnBehalfTo",
            "HiddenFromAddressListsEnabled",
            "IssueWarningQuota",
            "LitigationHoldEnabled",
            "MaxReceiveSize",
            "MaxSendSize",
            "Name",
            "PrimarySmtpAddress",
            "ProhibitSendQuota",
            "ProhibitSendReceiveQuota",
            "RetentionPolicy",
            "RoleAssignmentPolicy",
            "ThrottlingPolicy",
            "Type",
            "UseDatabaseQuotaDefaults",
            "UserPrincipalName",
            "WindowsEmailAddress",
        ],
        output: None,
        creates: None,
        tasks: RECIPIENT,
        source: "Set-Mailbox (docs)",
    },
    Cmdlet {
        name: "Get-MailboxFolderPermission",
        summary: "Shows who may see a folder.",
        parameters: &[
            identity(Of::MailboxFolder).required(),
            Parameter::new("User", Kind::Text),
        ],
        not_modelled: &[
            "GroupMailbox",
            "ResultSize",
            "SkipCount",
            "UseCustomRouting",
        ],
        output: Some("MailboxFolderPermission"),
        creates: None,
        tasks: STORE,
        source: "Get-MailboxFolderPermission (docs)",
    },
    Cmdlet {
        name: "Set-MailboxFolderPermission",
        summary: "Changes what somebody may see of a folder.",
        parameters: FOLDER_PERMISSION,
        not_modelled: &["SendNotificationToUser", "SharingPermissionFlags"],
        output: None,
        creates: None,
        tasks: STORE,
        source: "Set-MailboxFolderPermission (docs)",
    },
    Cmdlet {
        name: "Add-MailboxFolderPermission",
        summary: "Lets somebody see a folder.",
        parameters: FOLDER_PERMISSION,
        not_modelled: &["SendNotificationToUser", "SharingPermissionFlags"],
        output: Some("MailboxFolderPermission"),
        creates: None,
        tasks: STORE,
        source: "Add-MailboxFolderPermission (docs)",
    },
    Cmdlet {
        name: "New-IntraOrganizationConnector",
        summary: "Creates a connector to another part of the same company.",
        parameters: &[
            Parameter::new("Name", Kind::Text).required().at(0),
            Parameter::new("DiscoveryEndpoint", Kind::Url).required(),
            Parameter::new("TargetAddressDomains", Kind::DomainList).required(),
            ENABLED,
        ],
        not_modelled: &["TargetSharingEpr"],
        output: Some("IntraOrganizationConnector"),
        creates: Some(Of::IntraOrganizationConnector),
        tasks: SYSTEM,
        source: "New-IntraOrganizationConnector (docs)",
    },
    Cmdlet {
        name: "Set-IntraOrganizationConnector",
        summary: "Changes a connector to another part of the same company.",
        parameters: &[
            identity(Of::IntraOrganizationConnector).required(),
            Parameter::new("DiscoveryEndpoint", Kind::Url),
            Parameter::new("TargetAddressDomains", Kind::DomainList),
            ENABLED,
        ],
        not_modelled: &["TargetSharingEpr"],
        output: None,
        creates: None,
        tasks: SYSTEM,
        source: "Set-IntraOrganizationConnector (docs)",
    },
    Cmdlet {
        name: "Add-AvailabilityAddressSpace",
        summary: "Says how free/busy times of another forest are asked for.",
        parameters: &[
            Parameter::new("ForestName", Kind::Domain).required(),
            Parameter::new("AccessMethod", ACCESS_METHOD).required(),
            Parameter::new("TargetAutodiscoverEpr", Kind::Url),
        ],
        not_modelled: &[
            "ProxyUrl",
            "UseServiceAccount",
            "Credentials",
            "TargetServiceEpr",
            "TargetTenantId",
        ],
        output: Some("AvailabilityAddressSpace"),
        creates: Some(Of::AddressSpace),
        tasks: SYSTEM,
        source: "Add-AvailabilityAddressSpace (docs)",
    },
];

const ENABLED: Parameter = Parameter::new("Enabled", Kind::Boolean);
const FREE_BUSY: Parameter = Parameter::new("FreeBusyAccessEnabled", Kind::Boolean);
const FREE_BUSY_LEVEL: Parameter = Parameter::new(
    "FreeBusyAccessLevel",
    Kind::OneOf(&["None", "AvailabilityOnly", "LimitedDetails"]),
);
const FREE_BUSY_SCOPE: Parameter = Parameter::new("FreeBusyAccessScope", Kind::Identity(Of::Group));
const MAIL_TIPS: Parameter = Parameter::new("MailTipsAccessEnabled", Kind::Boolean);
const MAIL_TIPS_LEVEL: Parameter = Parameter::new(
    "MailTipsAccessLevel",
    Kind::OneOf(&["None", "Limited", "All"]),
);
const MAIL_TIPS_SCOPE: Parameter = Parameter::new("MailTipsAccessScope", Kind::Identity(Of::Group));
const ARCHIVE: Parameter = Parameter::new("ArchiveAccessEnabled", Kind::Boolean);
const DELIVERY_REPORT: Parameter = Parameter::new("DeliveryReportEnabled", Kind::Boolean);
const PHOTOS: Parameter = Parameter::new("PhotosEnabled", Kind::Boolean);
// A host without a scheme, so not an address of a service.
const APPLICATION_URI: Parameter = Parameter::new("TargetApplicationUri", Kind::Text).by_property();
const AUTODISCOVER_EPR: Parameter =
    Parameter::new("TargetAutodiscoverEpr", Kind::Url).by_property();
const SHARING_EPR: Parameter = Parameter::new("TargetSharingEpr", Kind::Url).by_property();
const SET_RELATIONSHIP_NOT_MODELLED: &[&str] = &[
    "Name",
    "MailboxMoveEnabled",
    "OrganizationContact",
    "TargetOwaURL",
    "MailboxMoveCapability",
    "MailboxMovePublishedScopes",
    "OAuthApplicationId",
];
const RELATIONSHIP_NOT_MODELLED: &[&str] = &[
    "MailboxMoveEnabled",
    "OrganizationContact",
    "TargetOwaURL",
    "MailboxMoveCapability",
    "MailboxMovePublishedScopes",
    "OAuthApplicationId",
];

/// Source: Add-AvailabilityAddressSpace, AccessMethod (docs).
const ACCESS_METHOD: Kind = Kind::OneOf(&[
    "PerUserFB",
    "OrgWideFB",
    "OrgWideFBBasic",
    "InternalProxy",
    "PublicFolder",
]);

/// Source: Set-MailboxFolderPermission, AccessRights (docs).
const FOLDER_PERMISSION: &[Parameter] = &[
    identity(Of::MailboxFolder).required(),
    Parameter::new("User", Kind::Text).required(),
    Parameter::new(
        "AccessRights",
        Kind::List(&Kind::OneOf(&[
            "None",
            "AvailabilityOnly",
            "LimitedDetails",
            "Contributor",
            "Reviewer",
            "NonEditingAuthor",
            "Author",
            "Editor",
            "PublishingAuthor",
            "PublishingEditor",
            "Owner",
            "CreateItems",
            "CreateSubfolders",
            "DeleteAllItems",
            "DeleteOwnedItems",
            "EditAllItems",
            "EditOwnedItems",
            "FolderContact",
            "FolderOwner",
            "FolderVisible",
            "ReadItems",
        ])),
    )
    .required(),
];
