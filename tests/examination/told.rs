//! What the examination says, word by word; that its cmdlets are cmdlets; that it says all of it in JSON too.

use std::collections::BTreeSet;

use fedsim::Scenario;
use fedsim::cmdlet::NothingKnown;
use fedsim::diagnosis::examination::{OWN_CHECKS, examine};
use fedsim::model::cause::Cause;
use fedsim::report::examination::{json, text};

use super::{examined, scenarios, symptoms};

/// Two faults at Contoso, one at each of two people of Fabrikam.
const WORLD: &str = r#"fedsim = 1

[org.contoso]
domains = ["contoso.com"]

[org.contoso.mailbox.anna]

[org.fabrikam]
domains = ["fabrikam.com"]

[org.fabrikam.mailbox.ben]

[org.fabrikam.server.cas1.ews]
ws_security = false

[org.fabrikam.host."autodiscover.fabrikam.com"]
preauthentication = "forms"

[relationship."contoso -> fabrikam"]
enabled = false
free_busy_access = true
target_application_uri = "fabrikam.com"

[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"

[request.look]
at = "+1 min"
from = "anna@contoso.com"
to = ["ben@fabrikam.com"]
"#;

const TOLD: &str = r#"error[publishing.wssecurity-disabled]: the EWS virtual directory of server `cas1` of `fabrikam` has WSSecurityAuthentication off
  --> world.toml:14:15
   |
14 | ws_security = false
   |               ^^^^^ off
   = for contoso -> fabrikam
   = run: Set-WebServicesVirtualDirectory -Identity "cas1\EWS (Default Web Site)" -WSSecurityAuthentication $true
   = run: iisreset cas1

error[publishing.preauthentication]: the reverse proxy at `autodiscover.fabrikam.com` asks for a sign-in first
  --> world.toml:17:21
   |
17 | preauthentication = "forms"
   |                     ^^^^^^^ partners cannot sign in
   = for contoso -> fabrikam
   = do: publish /autodiscover/autodiscover.svc/WSSecurity at autodiscover.fabrikam.com without pre-authentication

error[relationship.disabled-at-requester]: the relationship of `contoso` with `fabrikam` is disabled, and counts as absent
  --> world.toml:20:11
   |
20 | enabled = false
   |           ^^^^^ keeps it from asking
   = for contoso -> fabrikam
   = run: Set-OrganizationRelationship -Identity "fabrikam" -Enabled $true

error[gateway.target-not-registered]: TargetApplicationUri is `fabrikam.com`, and the application URI of `fabrikam` is `FYDIBOHF25SPDLT.fabrikam.com`
  --> world.toml:22:26
   |
 8 | [org.fabrikam]
   |      -------- `FYDIBOHF25SPDLT.fabrikam.com` here
....
22 | target_application_uri = "fabrikam.com"
   |                          ^^^^^^^^^^^^^^ not the partner's
   = for contoso -> fabrikam
   = run: Set-OrganizationRelationship -Identity "fabrikam" -TargetApplicationUri "FYDIBOHF25SPDLT.fabrikam.com"

What the administrators of contoso do:
  1. Set-OrganizationRelationship -Identity "fabrikam" -Enabled $true
  2. Set-OrganizationRelationship -Identity "fabrikam" -TargetApplicationUri "FYDIBOHF25SPDLT.fabrikam.com"

What the administrators of fabrikam do:
  1. Set-WebServicesVirtualDirectory -Identity "cas1\EWS (Default Web Site)" -WSSecurityAuthentication $true
  2. iisreset cas1

What the network operators of fabrikam do:
  1. publish /autodiscover/autodiscover.svc/WSSecurity at autodiscover.fabrikam.com without pre-authentication

examined: 1 direction from who asks to who is asked, 4 errors, 0 warnings, 0 notes
"#;

#[test]
fn all_faults_of_both_sides_are_told_at_once_with_a_list_for_each_actor() {
    let compiled = Scenario::parse(WORLD, "world.toml").and_then(|scenario| scenario.compile());
    let compiled = compiled.expect("the world is right");
    let examination = examine(&compiled.federation, &compiled.effective);
    let told = text(&examination, &compiled.federation, &compiled.warnings);
    assert_eq!(told, TOLD, "\n{told}");
    let told = json(&examination, &compiled.federation, &compiled.warnings);
    let first = &told["findings"][0];
    assert_eq!(told["errors"], 4);
    assert_eq!(first["id"], "publishing.wssecurity-disabled");
    assert_eq!(first["line"], 14);
    assert_eq!(first["directions"][0]["side"], "target");
    assert_eq!(first["steps"][1]["text"], "iisreset cas1");
    assert_eq!(told["actions"][0]["organization"], "contoso");
}

#[test]
fn every_cmdlet_that_is_told_passes_the_check_of_scripts() {
    let mut lines = BTreeSet::new();
    let further = [
        "teaching/ten-organizations.toml",
        "teaching/coexistence/coexistence.toml",
    ];
    let further = further.map(|name| (name.to_owned(), examined(&scenarios().join(name))));
    for (name, examined) in symptoms().iter().chain(&further) {
        for list in &examined.examination.actions {
            let script: Vec<&str> = list
                .steps
                .iter()
                .filter(|step| step.is_cmdlet)
                .map(|step| step.text.as_str())
                .collect();
            let (_, findings) = fedsim::cmdlet::read(&script.join("\n"), &NothingKnown);
            let wrong: Vec<String> = findings.iter().map(|row| row.message.clone()).collect();
            assert!(
                wrong.is_empty(),
                "{name}: {wrong:?} in\n{}",
                script.join("\n")
            );
            lines.extend(script.into_iter().map(str::to_owned));
        }
        for finding in &examined.examination.findings {
            let is_note = finding.id == "relationship.not-asked-for"
                || finding.id == "permission.default-below-level";
            assert!(
                is_note || !finding.steps.is_empty(),
                "{name}: {} has no remedy",
                finding.id
            );
            assert!(
                finding.place.is_some(),
                "{name}: {} has no place",
                finding.id
            );
        }
    }
    assert!(lines.len() > 40, "{} lines were read", lines.len());
}

#[test]
fn every_finding_has_the_id_of_a_cause_or_of_a_check_of_its_own() {
    for row in OWN_CHECKS {
        assert_eq!(Cause::from_id(row.id), None, "{}", row.id);
    }
    for (name, examined) in symptoms() {
        for finding in &examined.examination.findings {
            let is_own = OWN_CHECKS.iter().any(|row| row.id == finding.id);
            assert!(
                is_own || Cause::from_id(finding.id) == finding.cause,
                "{name}: {}",
                finding.id
            );
        }
    }
}

/// The page lists the checks that are no causes.
#[test]
fn the_page_lists_each_check_of_its_own() {
    const BEGIN: &str = "<!-- begin: checks -->\n";
    const END: &str = "<!-- end: checks -->\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md");
    let text = std::fs::read_to_string(&path).expect("the page is there");
    let mut table = String::from("| id | severity | what it says |\n| --- | --- | --- |\n");
    for row in OWN_CHECKS {
        table.push_str(&format!(
            "| `{}` | {} | {} |\n",
            row.id,
            row.severity.text(),
            row.text
        ));
    }
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (_, after) = rest.split_once(END).expect("the table ends");
    let wanted = format!("{before}{BEGIN}{table}{END}{after}");
    if std::env::var_os("FEDSIM_REFRESH").is_some() {
        std::fs::write(&path, &wanted).expect("the page can be written");
        return;
    }
    assert!(
        text == wanted,
        "the checks changed: run `FEDSIM_REFRESH=1 cargo test --test examination page` to write the page"
    );
}
