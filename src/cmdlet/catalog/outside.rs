//! Commands of the world outside Exchange: DNS records, web servers, time; and others by name only.
//!
//! It knows only their names. Invariant: a command that administrators may write and that means nothing
//! here has a remedy.

use super::{Cmdlet, Kind, Of, Parameter};

pub(super) const CMDLETS: &[Cmdlet] = &[
    Cmdlet {
        name: "Add-DnsServerResourceRecord",
        summary: "Publishes a DNS record of a zone.",
        parameters: &[
            Parameter::new("ZoneName", Kind::Domain).required(),
            Parameter::new("Name", Kind::Text).required(),
            Parameter::new("Txt", Kind::Switch),
            Parameter::new("DescriptiveText", Kind::Text),
            Parameter::new("A", Kind::Switch),
            Parameter::new("IPv4Address", Kind::Text),
            Parameter::new("CName", Kind::Switch),
            Parameter::new("HostNameAlias", Kind::Text),
            Parameter::new("Srv", Kind::Switch),
            Parameter::new("DomainName", Kind::Text),
            Parameter::new("Port", Kind::Integer),
            Parameter::new("Priority", Kind::Integer),
            Parameter::new("Weight", Kind::Integer),
            Parameter::new("TimeToLive", Kind::Span),
        ],
        not_modelled: &[
            "AAAA", "AgeRecord", "AllowUpdateAny", "AsJob", "CimSession", "ComputerName", "CreatePtr",
            "InputObject", "MX", "NS", "PassThru", "Ptr", "ThrottleLimit", "ZoneScope",
        ],
        output: None,
        creates: None,
        tasks: "",
        source: "Add-DnsServerResourceRecord (docs)",
    },
    Cmdlet {
        name: "Remove-DnsServerResourceRecord",
        summary: "Takes DNS records out of a zone.",
        parameters: &[
            Parameter::new("ZoneName", Kind::Domain).required(),
            Parameter::new("Name", Kind::Text).required(),
            Parameter::new("RRType", Kind::OneOf(&["A", "CName", "Srv", "Txt"])).required(),
            Parameter::new("RecordData", Kind::Text),
        ],
        not_modelled: &[
            "AsJob", "CimSession", "ComputerName", "InputObject", "PassThru", "ThrottleLimit", "Type", "ZoneScope",
        ],
        output: None,
        creates: None,
        tasks: "",
        source: "Remove-DnsServerResourceRecord (docs)",
    },
    Cmdlet {
        name: "iisreset",
        summary: "Restarts the web server of a server: all that its worker processes remember is lost.",
        parameters: &[
            Parameter::new("ComputerName", Kind::Identity(Of::Server)).at(0),
            Parameter::new("NoForce", Kind::Switch),
            Parameter::new("Restart", Kind::Switch),
        ],
        not_modelled: &["Start", "Stop", "Status", "Reboot", "RebootOnError", "Timeout", "Enable", "Disable"],
        output: None,
        creates: None,
        tasks: "",
        source: "iisreset (docs)",
    },
    Cmdlet {
        name: "Get-Date",
        summary: "Gives the simulated time.",
        parameters: &[],
        not_modelled: &["Date", "Day", "DisplayHint", "Format", "Hour", "Minute", "Month", "Second", "UFormat", "Year"],
        output: Some("DateTime"),
        creates: None,
        tasks: "",
        source: "Get-Date (docs)",
    },
    Cmdlet {
        name: "Start-Sleep",
        summary: "Waits, in simulated time.",
        parameters: &[
            Parameter::new("Seconds", Kind::Integer).at(0).also(&["s"]),
            Parameter::new("Milliseconds", Kind::Integer).also(&["m"]),
        ],
        not_modelled: &["Duration"],
        output: None,
        creates: None,
        tasks: "",
        source: "Start-Sleep (docs)",
    },
];

const SHOWN: &str = "leave it out; results are kept in the transcript";
const FILES: &str = "write the values into the script; it reads and writes no files";
const ONE_BY_ONE: &str = "write the cmdlets one by one";
const LOADED: &str = "leave it out; nothing has to be loaded or connected";

/// Commands that are refused by name, with what to do instead.
pub(super) const NOT_MODELLED: &[(&str, &str)] = &[
    ("Write-Host", SHOWN),
    ("Write-Output", SHOWN),
    ("Write-Verbose", SHOWN),
    ("Write-Warning", SHOWN),
    ("Write-Error", SHOWN),
    ("echo", SHOWN),
    ("Out-Null", SHOWN),
    ("Out-String", SHOWN),
    ("Out-Default", SHOWN),
    ("Out-File", FILES),
    ("Tee-Object", FILES),
    ("Export-Csv", FILES),
    ("Import-Csv", FILES),
    ("Get-Content", FILES),
    ("Set-Content", FILES),
    ("Add-Content", FILES),
    ("Export-ExchangeCertificate", "certificates reach other servers by themselves"),
    ("Import-ExchangeCertificate", "certificates reach other servers by themselves"),
    ("Enable-ExchangeCertificate", "name the services with `New-ExchangeCertificate -Services`"),
    ("Sort-Object", SHOWN),
    ("Group-Object", SHOWN),
    ("Measure-Object", SHOWN),
    ("Get-Member", SHOWN),
    ("Format-Wide", "use `Format-List` or `Format-Table`"),
    ("New-Object", ONE_BY_ONE),
    ("Invoke-Command", ONE_BY_ONE),
    ("Invoke-Expression", ONE_BY_ONE),
    ("Start-Job", ONE_BY_ONE),
    ("Read-Host", "write the value itself; nobody sits in front of a script"),
    ("Get-Credential", "write the value itself; nobody sits in front of a script"),
    ("Add-PSSnapin", LOADED),
    ("Import-Module", LOADED),
    ("Import-PSSession", LOADED),
    ("New-PSSession", LOADED),
    ("Enter-PSSession", LOADED),
    ("Connect-ExchangeOnline", LOADED),
    ("Set-ExecutionPolicy", LOADED),
    ("Restart-Service", "use `iisreset`"),
    ("Resolve-DnsName", "look at the transcript of what asks DNS"),
    ("nslookup", "look at the transcript of what asks DNS"),
    ("New-AcceptedDomain", "declare the organization's domains in the scenario"),
    ("Set-AcceptedDomain", "declare the organization's domains in the scenario"),
    ("New-Mailbox", "declare the organization's mailboxes in the scenario"),
];
