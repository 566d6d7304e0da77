//! Expectations against whole runs: what administrators' shells showed, and when things happened.
//!
//! It knows no rule of the model but those that its own small worlds show. Invariant: for each
//! expectation that is met there is one beside it that is not.

use fedsim::engine::Continue;
use fedsim::record::{Log, Value};
use fedsim::scenario::{Diagnostics, Scenario};
use fedsim::study::{self, Verdict};

/// Two administrators: one proves a domain at the second try, the other one asks for what is not there.
const ADMINISTERED: &str = r#"
fedsim = 1
[run]
length = "4 h"
[gateway.business]
[org.contoso]
domains = ["contoso.com", "contoso.co.uk"]
mailbox.anna = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailbox.bob = {}
[[timeline]]
at = "+1 min"
org = "contoso"
run = '''
Remove-FederatedDomain -DomainName contoso.co.uk -Confirm:$false
Get-FederatedDomainProof -DomainName contoso.co.uk | ForEach-Object { Start-Sleep -Seconds 61 }
Test-FederationTrust -UserIdentity anna@contoso.com
'''
[[timeline]]
at = "+2 min"
org = "fabrikam"
run = '''
$name = "it's {not} there"
Get-OrganizationRelationship -Identity $name
$name = "nor, this"
Get-OrganizationRelationship -Identity $name -ErrorAction SilentlyContinue
'''
[expect]
"#;

/// Runs a world with these expectations.
fn judged(world: &str, expect: &str) -> Vec<Verdict> {
    outcome(world, expect).unwrap_or_else(|found| panic!("{}", found.render_plain()))
}

/// What becomes of a world with these expectations.
fn outcome(world: &str, expect: &str) -> Result<Vec<Verdict>, Diagnostics> {
    let text = format!("{world}\n{expect}\n");
    Scenario::parse(&text, "test.toml").and_then(|scenario| {
        let compiled = scenario.compile()?;
        let federation = &compiled.federation;
        let expectations = study::expectation::compile(scenario.document(), federation)?;
        let rows = (Log::None, &mut () as _);
        Ok(study::run(federation, 0, &expectations, rows, |_, _| Continue::Yes).verdicts)
    })
}

/// Checks what each measure comes to.
fn check(world: &str, cases: &[(&str, &str)]) {
    let lines: Vec<String> = cases
        .iter()
        .map(|(measure, got)| {
            let is_condition = got.contains([' ', '<', '>']);
            let sign = if is_condition { "" } else { "== " };
            format!("{measure:?} = \"{sign}{got}\"")
        })
        .collect();
    let wrong: Vec<String> = judged(world, &lines.join("\n"))
        .into_iter()
        .filter(|verdict| !verdict.is_met)
        .map(|verdict| {
            format!(
                "{}: {} instead of {}",
                verdict.measure, verdict.got, verdict.expected
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn statements_are_counted_by_who_said_them_what_they_name_and_what_became_of_them() {
    check(
        ADMINISTERED,
        &[
            ("statements.count", "7"),
            ("statements.count{org=contoso}", "3"),
            ("statements.count{org=fabrikam}", "4"),
            ("statements.count{script='time line, entry 1'}", "3"),
            (
                "statements.count{script='time line, entry 1', org=fabrikam}",
                "0",
            ),
            ("statements.count{cmdlet=start-sleep}", "1"),
            ("statements.count{cmdlet=Get-FederatedDomainProof}", "1"),
            ("statements.count{cmdlet=Get-Mailbox}", "0"),
            ("statements.count{outcome=done}", "5"),
            // An error counts whether it was shown or not.
            ("statements.count{outcome=failed}", "2"),
            ("statements.count{outcome=warned}", "0"),
            (
                "statements.count{exception=ManagementObjectNotFoundException}",
                "2",
            ),
            ("statements.count{exception=ArgumentException}", "0"),
            // The second statement takes 61 seconds, and counts when it ends.
            ("statements.count{org=contoso, until=+2 min}", "1"),
            ("statements.count{org=contoso, from=+2 min}", "2"),
        ],
    );
}

#[test]
fn what_a_shell_showed_is_found_whatever_the_blanks_and_quotes() {
    check(
        ADMINISTERED,
        &[
            ("statements.count{contains=StsCertificate}", "1"),
            (
                "statements.count{contains='Id : TokenValidation Type : Success'}",
                "1",
            ),
            (
                "statements.count{contains='Id : TokenValidation Type : Error'}",
                "0",
            ),
            ("statements.count{contains='it''s {not} there'}", "1"),
            // It was silent, but it has a text.
            ("statements.count{contains='nor, this'}", "1"),
            ("statements.count{contains='nor, that'}", "0"),
            ("statements.count{contains=stscertificate}", "0"),
        ],
    );
}

#[test]
fn what_no_statement_can_be_is_refused_at_its_place() {
    let expect = r#"
"statements.count{script='time line, entry 3'}" = "== 0"
"statements.count{cmdlet=Get-Mailboxes}" = "== 0"
"statements.count{exception='not found'}" = "== 0"
"statements.count{contains=' '}" = "== 0"
"statements.count{request=look}" = "== 0"
"#;
    let found = outcome(ADMINISTERED, expect).expect_err("all five are wrong");
    let found: Vec<String> = found
        .iter()
        .map(|finding| {
            let place = finding.location.expect("it has a place");
            let text = &found.source(place).expect("it is in the file").text;
            let help = finding.help.as_deref().unwrap_or_default();
            format!("{}: {} ({help})", &text[place.range()], finding.message)
        })
        .collect();
    assert_eq!(
        found,
        [
            "time line, entry 3: there is no script `time line, entry 3` \
             (did you mean `time line, entry 1`?)",
            "Get-Mailboxes: there is no cmdlet `Get-Mailboxes` (did you mean `Get-Mailbox`?)",
            "not found: `not found` is no name of an exception \
             (write it as the shell does, e.g. `FederationTrustNotFoundException`)",
            " : `contains` of ` ` asks for nothing (write a part of what the shell shows)",
            "request: `request` does not go with `statements.count` \
             (its labels: outcome, cmdlet, exception, contains, script, org, from, until)",
        ]
    );
}

#[test]
fn what_happened_is_ordered_in_time() {
    check(
        ADMINISTERED,
        &[
            ("statements.first{org=contoso}", "within 5 s of +1 min"),
            (
                "statements.first{cmdlet=Start-Sleep}",
                "within 1 min of statements.first{org=fabrikam}",
            ),
            (
                "statements.last{org=contoso}",
                "after statements.last{org=fabrikam}",
            ),
            ("statements.first", "before statements.last"),
            (
                "statements.last{cmdlet=Test-FederationTrust}",
                "after tokens.last",
            ),
            ("tokens.first", "after 08:02"),
            ("tokens.last", "!= day 2 08:00"),
        ],
    );
}

#[test]
fn where_there_is_nothing_to_measure_nothing_is_met() {
    let verdicts = judged(
        ADMINISTERED,
        r#"
"requests.first" = "!= 08:00"
"tokens.first" = "before requests.first"
"tokens.first{org=contoso}" = "after requests.last{org=fabrikam}"
"#,
    );
    for verdict in &verdicts {
        let values = [Some(verdict.got), verdict.compared_with];
        assert!(values.contains(&Some(Value::Nothing)), "{verdict:?}");
        assert!(!verdict.is_met, "{verdict:?}");
    }
    assert_eq!(verdicts.len(), 3);
}

#[test]
fn scripts_that_are_not_at_their_end_are_counted() {
    let world = ADMINISTERED.replace("length = \"4 h\"", "length = \"90 s\"");
    check(
        &world,
        &[
            ("scripts.unfinished", "2"),
            ("scripts.unfinished{org=contoso}", "1"),
            ("scripts.unfinished{script='time line, entry 2'}", "1"),
            ("statements.count", "1"),
        ],
    );
    check(ADMINISTERED, &[("scripts.unfinished", "0")]);
}

#[test]
fn a_digest_is_that_of_the_run_and_of_each_organization() {
    let digest = |measure: &str| {
        let zeros = "0".repeat(32);
        let verdicts = judged(ADMINISTERED, &format!("{measure:?} = \"== {zeros}\""));
        assert!(!verdicts[0].is_met, "{measure}");
        verdicts[0].got.to_string()
    };
    let all = digest("digest");
    let parts = ["contoso", "fabrikam"].map(|name| digest(&format!("digest{{org={name}}}")));
    check(
        ADMINISTERED,
        &[("digest", &all), ("digest{org=contoso}", &parts[0])],
    );
    let number = |digits: &str| u128::from_str_radix(digits, 16).expect("32 digits");
    let sum = number(&parts[0]).wrapping_add(number(&parts[1]));
    assert_eq!(number(&all), sum);
}
