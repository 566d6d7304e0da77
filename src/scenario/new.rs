//! Scenarios to start from, with comments.
//!
//! It knows no key by name. Invariant: every template reads without a finding and is TOML 1.0.

/// A scenario to start from.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it shows, in one line.
    pub summary: &'static str,
    /// The text of the file.
    pub text: &'static str,
}

/// All templates; the first is the one to begin with.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "two-organizations",
        summary: "two organizations and one request, correctly set up",
        text: include_str!("templates/two-organizations.toml"),
    },
    Template {
        name: "ten-organizations",
        summary: "a manufacturer and nine suppliers of different versions, over a working day",
        text: include_str!("templates/ten-organizations.toml"),
    },
    Template {
        name: "office-day",
        summary: "a company and fifty partners drawn from one description: tokens of an office day",
        text: include_str!("templates/office-day.toml"),
    },
    Template {
        name: "gateway-rollover",
        summary: "the gateway changes its signing certificate, and a partner does not notice",
        text: include_str!("templates/gateway-rollover.toml"),
    },
    Template {
        name: "outages",
        summary: "a server, a firewall and a resolver fail for a while",
        text: include_str!("templates/outages.toml"),
    },
];

/// The template of a name.
pub fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::read::read;

    #[test]
    fn every_template_reads_without_a_finding_and_names_its_schema_first() {
        for template in TEMPLATES {
            let found = read(template.text, template.name).map(|document| document.warnings);
            let found = found.unwrap_or_else(|found| found);
            assert!(found.is_empty(), "{found}");
            assert!(template.text.starts_with("#:schema "), "{}", template.name);
            assert!(template.text.is_ascii(), "{}", template.name);
        }
        for template in TEMPLATES {
            let scenario = Scenario::parse(template.text, template.name).expect("it reads");
            let found = scenario.compile().map(|compiled| compiled.warnings);
            let found = found.unwrap_or_else(|found| found);
            assert!(found.is_empty(), "{found}");
        }
        assert!(template("two-organizations").is_some() && template("none").is_none());
    }
}
