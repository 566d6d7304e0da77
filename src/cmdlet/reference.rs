//! What the catalog says, for readers: one cmdlet as plain text, all of them as a page.
//!
//! It knows no cmdlet by name. Invariant: everything that the catalog has of a cmdlet is told, so that the
//! page is never behind it.

use std::fmt::Write;

use super::catalog::{
    COMMON, COMMON_NOT_MODELLED, Cmdlet, Kind, Need, Of, Parameter, Pipe, cmdlets,
};

/// How a page of all cmdlets begins.
const HEAD: &str = "# Cmdlets

Administrators of a scenario work with these: in a `.ps1` file that an organization is set up with, or in
`run` and `script` on the time line (see [scenario.md](scenario.md)). What they do is described in
[model.md](model.md). Names are read whatever their case; a parameter may be shortened to a beginning that
no other one has. `fedsim explain NAME` shows one of them.

This page is written by `FEDSIM_REFRESH=1 cargo test --test cmdlet_document`.
";

/// A cmdlet as plain text: what it does, what it takes and gives, what is not modelled of it, its source.
pub fn text(cmdlet: &Cmdlet) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for parameter in cmdlet.parameters {
        let mut says = vec![takes(parameter.kind)];
        says.extend(notes(parameter));
        rows.push((format!("-{}", parameter.name), says.join("; ")));
    }
    rows.push(("common".to_owned(), common()));
    rows.push(("gives".to_owned(), gives(cmdlet).to_owned()));
    if !cmdlet.not_modelled.is_empty() {
        rows.push(("not modelled".to_owned(), dashed(cmdlet.not_modelled)));
    }
    rows.push(("source".to_owned(), cmdlet.source.to_owned()));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = format!("{}: {}\n\n", cmdlet.name, cmdlet.summary);
    for (name, says) in rows {
        writeln!(text, "  {name:width$}  {says}").expect("a text can be written to");
    }
    text
}

/// All cmdlets as a page, a table each.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    let common: Vec<String> = COMMON.iter().map(row).collect();
    write!(
        page,
        "\n## Common parameters\n\nAll cmdlets take these. A script answers no prompts, so `-Confirm` \
         changes nothing; `-Force` only lets a removal go on without the gateway, and \
         `Get-FederationInformation` trust every host.\n\n{}{}\nNot modelled: {}.\n\n## All cmdlets\n",
        TABLE_HEAD,
        common.concat(),
        quoted(COMMON_NOT_MODELLED)
    )
    .expect("a text can be written to");
    let mut all: Vec<&Cmdlet> = cmdlets().collect();
    all.sort_by_key(|cmdlet| cmdlet.name.split_once('-').map(|(verb, noun)| (noun, verb)));
    for cmdlet in all {
        write!(page, "\n### `{}`\n\n{}\n", cmdlet.name, cmdlet.summary)
            .expect("a text can be written to");
        if !cmdlet.parameters.is_empty() {
            let rows: Vec<String> = cmdlet.parameters.iter().map(row).collect();
            write!(page, "\n{TABLE_HEAD}{}", rows.concat()).expect("a text can be written to");
        }
        write!(page, "\nGives: {}.", gives(cmdlet)).expect("a text can be written to");
        if !cmdlet.not_modelled.is_empty() {
            write!(page, " Not modelled: {}.", quoted(cmdlet.not_modelled))
                .expect("a text can be written to");
        }
        writeln!(page, " Source: {}.", cmdlet.source).expect("a text can be written to");
    }
    page
}

const TABLE_HEAD: &str = "| parameter | takes | notes |\n| --- | --- | --- |\n";

fn row(parameter: &Parameter) -> String {
    let takes = takes(parameter.kind).replace('|', "\\|");
    let notes = notes(parameter).join("; ");
    format!("| `-{}` | {takes} | {notes} |\n", parameter.name)
}

/// What a parameter of a kind takes.
fn takes(kind: Kind) -> String {
    let plain = match kind {
        Kind::Text => "a text",
        Kind::Boolean => "`$true` or `$false`",
        Kind::Switch => "nothing; being there says yes",
        Kind::Integer => "a whole number",
        Kind::Size => "a whole number or `Unlimited`",
        Kind::Domain => "a domain",
        Kind::DomainList => "domains, or `@{Add=…; Remove=…}`",
        Kind::Address => "an SMTP address",
        Kind::Url => "the address of a service",
        Kind::Identity(of) => return format!("the name of {} {}", article(of), of.noun()),
        Kind::OneOf(words) => return quoted(words),
        Kind::Date => "a date",
        Kind::Span => "a length of time, such as `01:00:00`",
        Kind::SharingEntry => "`domain: action, action`",
        Kind::List(kind) => return format!("one or several: {}", takes(*kind)),
    };
    plain.to_owned()
}

fn article(of: Of) -> &'static str {
    match of.noun().starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    }
}

/// What else is to be known of a parameter.
fn notes(parameter: &Parameter) -> Vec<String> {
    let mut notes = Vec::new();
    if parameter.need == Need::Required {
        notes.push("required".to_owned());
    }
    if let Some(place) = parameter.position {
        notes.push(format!("value {} without a name", u32::from(place) + 1));
    }
    match parameter.pipe {
        Pipe::Nothing => {}
        Pipe::Value => notes.push("from a pipeline".to_owned()),
        Pipe::Property => notes.push("from a pipeline, by property".to_owned()),
        Pipe::Both => notes.push("from a pipeline, also by property".to_owned()),
    }
    if !parameter.aliases.is_empty() {
        notes.push(format!("also {}", dashed(parameter.aliases)));
    }
    notes
}

fn gives(cmdlet: &Cmdlet) -> &'static str {
    cmdlet.output.unwrap_or("nothing")
}

fn common() -> String {
    let names: Vec<&str> = COMMON.iter().map(|parameter| parameter.name).collect();
    dashed(&names)
}

fn dashed(names: &[&str]) -> String {
    let dashed: Vec<String> = names.iter().map(|name| format!("-{name}")).collect();
    dashed.join(", ")
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmdlet::catalog::cmdlet;

    #[test]
    fn a_cmdlet_is_told_with_all_that_the_catalog_has_of_it() {
        let cmdlet = cmdlet("Get-FederationInformation").expect("it is in the catalog");
        let expected = "\
Get-FederationInformation: Asks a partner for what a relationship with it needs to know.

  -DomainName                        a domain; required; value 1 without a name; from a pipeline, by property
  -BypassAdditionalDomainValidation  nothing; being there says yes
  -TrustedHostnames                  one or several: a text
  common                             -Verbose, -Confirm, -Force, -ErrorAction, -WarningAction
  gives                              FederationInformation
  source                             Get-FederationInformation (docs)
";
        assert_eq!(text(cmdlet), expected);
    }

    #[test]
    fn the_page_has_a_table_row_for_each_parameter() {
        let page = markdown();
        for cmdlet in cmdlets() {
            let (_, rest) = page
                .split_once(&format!("### `{}`\n", cmdlet.name))
                .expect("each has a heading");
            let section = rest.split("\n### ").next().expect("there is a first part");
            for parameter in cmdlet.parameters {
                assert!(section.contains(&format!("| `-{}` |", parameter.name)));
            }
            assert!(
                cmdlet
                    .not_modelled
                    .iter()
                    .all(|name| section.contains(name))
            );
        }
    }
}
