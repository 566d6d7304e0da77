//! What a run does and shows, with a host that answers from a table.

use std::cell::RefCell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::cmdlet::language::parse;
use crate::engine::Span;

/// A host that remembers what it was asked, and takes a second for each cmdlet.
#[derive(Default)]
struct Office {
    clock: RefCell<Instant>,
    asked: RefCell<Vec<String>>,
    reports: RefCell<Vec<StatementReport>>,
    guids: RefCell<u128>,
}

impl Host for Office {
    async fn invoke(&self, invocation: Invocation) -> Reply {
        let mut line = invocation.cmdlet.name.to_owned();
        for (name, value) in invocation.parameters.iter() {
            line.push_str(&format!(" -{name} {}", value.to_text(Offset::ZERO)));
        }
        self.asked.borrow_mut().push(line);
        let second = Span::from_seconds(1);
        *self.clock.borrow_mut() += second;
        Later::default().await;
        answer(&invocation)
    }

    fn new_guid(&self) -> u128 {
        *self.guids.borrow_mut() += 1;
        *self.guids.borrow()
    }

    fn now(&self) -> Instant {
        *self.clock.borrow()
    }

    fn statement_done(&self, report: StatementReport) {
        self.reports.borrow_mut().push(report);
    }

    fn computer(&self) -> String {
        "cas1.contoso.com".to_owned()
    }
}

/// Ready when it is asked a second time, as what waits for simulated time is.
#[derive(Default)]
struct Later(bool);

impl Future for Later {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let is_second = std::mem::replace(&mut self.0, true);
        if is_second {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

fn answer(invocation: &Invocation) -> Reply {
    let cmdlet = invocation.cmdlet;
    let named = |names: &[&str]| {
        let object = |name: &&str| {
            let object = Object::new(cmdlet.output.unwrap_or("Nothing")).with("Name", *name);
            object.with("Identity", *name)
        };
        Ok(names.iter().map(object).collect::<Vec<Object>>()).into()
    };
    match cmdlet.name {
        "Get-ClientAccessServer" => named(&["cas1", "cas2"]),
        "Get-OrganizationRelationship" => named(&["Contoso", "Fabrikam", "Northwind"]),
        "Get-AutodiscoverVirtualDirectory" => {
            let server = invocation.input.as_ref().map(|it| it.to_text(Offset::ZERO));
            named(&[&format!("{}\\Autodiscover", server.unwrap_or_default())])
        }
        "Get-ExchangeCertificate" => {
            let certificate = |name: &str, thumbprint: &str| {
                let object = Object::new("ExchangeCertificate").with("FriendlyName", name);
                object.with("Thumbprint", thumbprint)
            };
            let both = [
                certificate("Other", "AA"),
                certificate("Exchange Federated Sharing", "BB"),
            ];
            Ok(both.to_vec()).into()
        }
        "Get-FederationInformation" => Reply {
            verbose: vec!["Step 1.".to_owned()],
            warnings: vec!["Mind.".to_owned()],
            error: Some(ErrorRecord::of(
                cmdlet,
                "x",
                "GetFederationInformationFailedException",
                "No.",
            )),
            ..Reply::default()
        },
        _ => Reply::default(),
    }
}

/// Runs a text; what was asked, and what was shown a statement.
fn run_text(text: &str) -> (Office, Ending) {
    let (script, findings) = parse(text);
    assert!(findings.is_empty(), "{text}: {findings:?}");
    let office = Office::default();
    let ending = {
        let mut future = pin!(run(&script, &office));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(ending) = future.as_mut().poll(&mut context) {
                break ending;
            }
        }
    };
    (office, ending)
}

fn asked(text: &str) -> Vec<String> {
    run_text(text).0.asked.into_inner()
}

fn shown(text: &str) -> Vec<String> {
    let reports = run_text(text).0.reports.into_inner();
    reports.into_iter().map(|report| report.shown).collect()
}

const ERROR: &str = "\
No.
    + CategoryInfo          : NotSpecified: (:) [Get-FederationInformation], GetFederationInformationFailedException
    + FullyQualifiedErrorId : ID,Microsoft.Exchange.Management.SystemConfigurationTasks.GetFederationInformation
    + PSComputerName        : cas1.contoso.com
";

/// The error as it is shown: its id is a hash that no one knows by heart.
fn with_error(before: &str, shown: &str) -> bool {
    let (head, tail) = ERROR.split_once("ID").expect("it has one");
    shown.starts_with(&format!("{before}{head}")) && shown.ends_with(tail)
}

#[test]
fn the_article_is_carried_out_line_by_line() {
    let (office, ending) = run_text(include_str!("../language/article.ps1"));
    assert_eq!(ending, Ending::Completed);
    let asked = office.asked.into_inner();
    let set = "Set-AutodiscoverVirtualDirectory -Identity cas1\\Autodiscover -WSSecurityAuthentication True";
    assert!(asked.iter().any(|line| line == set), "{asked:#?}");
    let create = "New-FederationTrust -Name Microsoft Federation Gateway -Thumbprint BB";
    assert_eq!(
        asked.iter().filter(|line| *line == create).count(),
        1,
        "{asked:#?}"
    );
    let certificate = asked
        .iter()
        .find(|line| line.starts_with("New-ExchangeCertificate"));
    let ski = "-SubjectKeyIdentifier 00000000000000000000000000000001";
    assert!(
        certificate.is_some_and(|line| line.ends_with(ski)),
        "{asked:#?}"
    );
    let reports = office.reports.into_inner();
    let failed: Vec<&str> = reports
        .iter()
        .filter(|it| it.error.is_some())
        .map(|it| it.text.as_str())
        .collect();
    assert_eq!(
        failed,
        ["Get-FederationInformation -DomainName fabrikam.com"]
    );
    assert!(
        reports
            .windows(2)
            .all(|pair| pair[0].ended <= pair[1].started)
    );
    // Two servers, and their directories.
    assert_eq!(
        reports[0].ended.since(reports[0].started),
        Span::from_seconds(3)
    );
}

#[test]
fn each_object_of_a_pipeline_is_carried_out_after_the_one_before() {
    for (text, expected) in [
        (
            "Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -Basic:$true",
            vec![
                "Get-ClientAccessServer",
                "Get-AutodiscoverVirtualDirectory -Server cas1",
                "Get-AutodiscoverVirtualDirectory -Server cas2",
                "Set-AutodiscoverVirtualDirectory -BasicAuthentication True -Identity cas1\\Autodiscover",
                "Set-AutodiscoverVirtualDirectory -BasicAuthentication True -Identity cas2\\Autodiscover",
            ],
        ),
        (
            "$all = Get-OrganizationRelationship\n$all[0] | Set-OrganizationRelationship -Enabled $false",
            vec![
                "Get-OrganizationRelationship",
                "Set-OrganizationRelationship -Enabled False -Identity Contoso",
            ],
        ),
        (
            "Get-OrganizationRelationship | ? Name -like *o* | select -First 1 | % { Remove-OrganizationRelationship $_.Name -Confirm:$false }",
            vec![
                "Get-OrganizationRelationship",
                "Remove-OrganizationRelationship -Confirm False -Identity Contoso",
            ],
        ),
        (
            "'kim', 'lee' | ForEach-Object { $box = $_; Set-Mailbox $box -SharingPolicy \"P-$box\" }",
            vec![
                "Set-Mailbox -Identity kim -SharingPolicy P-kim",
                "Set-Mailbox -Identity lee -SharingPolicy P-lee",
            ],
        ),
        (
            "'kim', 'lee' | Get-Mailbox",
            vec!["Get-Mailbox -Identity kim", "Get-Mailbox -Identity lee"],
        ),
        (
            "Get-Mailbox (Get-OrganizationRelationship).Name[1]",
            vec![
                "Get-OrganizationRelationship",
                "Get-Mailbox -Identity Fabrikam",
            ],
        ),
        ("$none = $null\n$none | Get-Mailbox", vec![]),
        (
            "Set-OrganizationRelationship Contoso -DomainNames @{Add='a.com','b.com'}",
            vec!["Set-OrganizationRelationship -DomainNames Hashtable -Identity Contoso"],
        ),
    ] {
        assert_eq!(asked(text), expected, "{text}");
    }
}

#[test]
fn values_are_shown_as_the_shell_shows_them() {
    for (text, expected) in [
        ("'a'\n1, 2", vec!["a\n", "1\n2\n"]),
        ("$x = 'a'\n\"$x-$($x)\"", vec!["", "a-a\n"]),
        ("$x = @{Add='a'}\n$x.Add", vec!["", "a\n"]),
        ("(Get-Date).AddDays(1)", vec!["1/2/1970 12:00:00 AM\n"]),
        ("\"$(Get-Date)\"", vec!["01/01/1970 00:00:00\n"]),
        ("(Get-Date) -lt (Get-Date).AddMinutes(1)", vec!["True\n"]),
        (
            "[Guid]::NewGuid()",
            vec!["00000000-0000-0000-0000-000000000001\n"],
        ),
        ("-not ('a' -eq 'A' -and $false)", vec!["True\n"]),
        ("'a', 'b' -contains 'B'", vec!["True\n"]),
        ("Get-ClientAccessServer", vec!["Name\n----\ncas1\ncas2\n"]),
        (
            "Get-ClientAccessServer | fl name",
            vec!["Name : cas1\n\nName : cas2\n"],
        ),
        (
            "Get-ClientAccessServer | select -ExpandProperty Name",
            vec!["cas1\ncas2\n"],
        ),
        ("(Get-ClientAccessServer).Count", vec!["2\n"]),
        ("$x = @()\n$x.Count", vec!["", "0\n"]),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn a_result_keeps_its_objects_when_it_is_formatted() {
    let (office, _) = run_text("Get-ClientAccessServer | fl");
    let reports = office.reports.into_inner();
    assert_eq!(reports[0].values.len(), 2);
    assert!(
        reports[0]
            .values
            .iter()
            .all(|value| value.as_object().is_some())
    );
}

#[test]
fn an_error_ends_its_statement_and_the_script_goes_on_unless_it_is_to_stop() {
    let failing = "Get-FederationInformation -DomainName a.com";
    let cases = [
        (format!("{failing}\n'next'"), Ending::Completed, 2),
        (
            format!("{failing} -ErrorAction Stop\n'next'"),
            Ending::Stopped,
            1,
        ),
        (
            format!("$ErrorActionPreference = 'Stop'\n{failing}\n'next'"),
            Ending::Stopped,
            2,
        ),
        (
            format!("$ErrorActionPreference = 'Stop'\n{failing} -ea SilentlyContinue\n'next'"),
            Ending::Completed,
            3,
        ),
        (
            format!("'a', 'b' | % {{ {failing} }}\n'next'"),
            Ending::Completed,
            2,
        ),
    ];
    for (text, ending, statements) in cases {
        let (office, ended) = run_text(&text);
        assert_eq!(ended, ending, "{text}");
        let reports = office.reports.into_inner();
        assert_eq!(reports.len(), statements, "{text}");
        assert_eq!(
            reports.iter().filter(|it| it.error.is_some()).count(),
            1,
            "{text}"
        );
    }
}

#[test]
fn warnings_steps_and_errors_are_shown_where_they_are_asked_for() {
    let failing = "Get-FederationInformation -DomainName a.com";
    for (text, before) in [
        (failing.to_owned(), "WARNING: Mind.\n"),
        (
            format!("{failing} -Verbose"),
            "VERBOSE: Step 1.\nWARNING: Mind.\n",
        ),
        (format!("{failing} -WarningAction SilentlyContinue"), ""),
    ] {
        let shown = shown(&text);
        assert!(with_error(before, &shown[0]), "{text}: {}", shown[0]);
    }
    let silent = shown(&format!("{failing} -ErrorAction SilentlyContinue"));
    assert_eq!(silent, ["WARNING: Mind.\n"]);
}

#[test]
fn what_does_not_fit_a_parameter_only_in_the_run_is_an_error_of_the_shell() {
    for (text, expected) in [
        (
            "$yes = 'yes'\nSet-OrganizationRelationship Contoso -Enabled $yes",
            "Cannot process argument transformation on parameter 'Enabled'. It takes \"$true\" or \"$false\", not \"yes\".\n    \
             + CategoryInfo          : InvalidData: (:) [Set-OrganizationRelationship], ParameterBindin...mationException\n    \
             + FullyQualifiedErrorId : ParameterArgumentTransformationError,Set-OrganizationRelationship\n",
        ),
        (
            "Get-ClientAccessServer | Get-FederatedDomainProof",
            "The input object cannot be bound to any parameters for the command either because the command \
             does not take pipeline input or the input and its properties do not match any of the parameters \
             that take pipeline input.\n    + CategoryInfo          : InvalidArgument: (cas1:ClientAccessServer) \
             [Get-FederatedDomainProof], ParameterBindingException\n",
        ),
        (
            "Get-ExchangeCertificate | New-FederationTrust",
            "Cannot process command because of one or more missing mandatory parameters: Name.\n",
        ),
        ("'x'.AddDays(1)", ""),
    ] {
        let shown = shown(text);
        let last = shown.last().expect("a statement");
        assert!(last.starts_with(expected), "{text}: {last}");
    }
}

#[test]
fn a_script_cannot_ask_for_more_than_it_may_have() {
    let doubled = "$x = \"$x$x\"\n".repeat(60);
    let listed = "$x = @($x; $x)\n".repeat(60);
    for text in [
        format!("$x = 'abcdefgh'\n{doubled}"),
        format!("$x = 'a', 'b'\n{listed}"),
    ] {
        let (office, ending) = run_text(&text);
        assert_eq!(ending, Ending::Stopped);
        let reports = office.reports.into_inner();
        let error = reports
            .last()
            .and_then(|it| it.error.clone())
            .expect("an error ended it");
        assert_eq!(error.category, "LimitsExceeded");
    }
    let many = vec!["1"; 1_100].join(",");
    let (_, ending) = run_text(&format!("$x = {many}\n$x | % {{ $x | % {{ $null }} }}"));
    assert_eq!(ending, Ending::Stopped);
}
