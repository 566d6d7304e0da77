//! Objects property by property: `Name : value`, long values wrapped under their beginning.
//!
//! It knows no types. Invariant: the names of an object are padded to the longest of them.

use super::{Style, names, property};
use crate::cmdlet::value::Object;

/// Objects below each other with a blank line between them; with patterns only what fits them.
pub fn list(objects: &[&Object], patterns: &[&str], style: Style) -> String {
    let texts: Vec<String> = objects
        .iter()
        .map(|object| one(object, patterns, style))
        .collect();
    texts.join("\n")
}

fn one(object: &Object, patterns: &[&str], style: Style) -> String {
    let shown = match patterns {
        [] => object.properties().map(|(name, _)| name).collect(),
        patterns => names(object, patterns),
    };
    let longest = shown
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let indent = longest + 3;
    let mut text = String::new();
    for name in shown {
        let value = object
            .get(name)
            .map(|value| property(name, value, style.zone));
        let padding = " ".repeat(longest.saturating_sub(name.chars().count()));
        text.push_str(&format!("{name}{padding} : "));
        // The shell leaves the last column free.
        let width = style.width.saturating_sub(1 + indent).max(1);
        for (number, line) in wrapped(&value.unwrap_or_default(), width)
            .into_iter()
            .enumerate()
        {
            if number > 0 {
                text.push_str(&" ".repeat(indent));
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// Lines of at most so many characters, broken behind blanks where there are any. At least one.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut length = 0;
        for word in paragraph.split_inclusive(' ') {
            let mut word = word;
            let letters = word.trim_end_matches(' ').chars().count();
            if length > 0 && length + letters > width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            while word.trim_end_matches(' ').chars().count() > width {
                let end = word
                    .char_indices()
                    .nth(width)
                    .map_or(word.len(), |(at, _)| at);
                lines.push(word[..end].to_owned());
                word = &word[end..];
            }
            line.push_str(word);
            length += word.chars().count();
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmdlet::value::Value;
    use crate::engine::{Instant, Offset, Span};

    fn check(objects: &[Object], patterns: &[&str], expected: &str) {
        let style = Style {
            zone: Offset::ahead(Span::from_hours(1)),
            ..Style::default()
        };
        let objects: Vec<&Object> = objects.iter().collect();
        assert_eq!(list(&objects, patterns, style), expected);
    }

    #[test]
    fn authentication_of_a_virtual_directory_is_listed_as_published() {
        let methods = || Value::texts(["Ntlm", "WindowsIntegrated", "WSSecurity", "OAuth"]);
        let directory = Object::new("WebServicesVirtualDirectory")
            .with("Name", "EWS (Default Web Site)")
            .with("CertificateAuthentication", Value::Null)
            .with("InternalAuthenticationMethods", methods())
            .with("ExternalAuthenticationMethods", methods())
            .with("LiveIdNegotiateAuthentication", Value::Null)
            .with("WSSecurityAuthentication", true)
            .with("LiveIdBasicAuthentication", false)
            .with("BasicAuthentication", false)
            .with("DigestAuthentication", false)
            .with("WindowsAuthentication", true)
            .with("OAuthAuthentication", true)
            .with("AdfsAuthentication", false);
        let expected = "\
CertificateAuthentication     : \n\
InternalAuthenticationMethods : {Ntlm, WindowsIntegrated, WSSecurity, OAuth}
ExternalAuthenticationMethods : {Ntlm, WindowsIntegrated, WSSecurity, OAuth}
LiveIdNegotiateAuthentication : \n\
WSSecurityAuthentication      : True
LiveIdBasicAuthentication     : False
BasicAuthentication           : False
DigestAuthentication          : False
WindowsAuthentication         : True
OAuthAuthentication           : True
AdfsAuthentication            : False
";
        check(&[directory], &["*auth*"], expected);
    }

    #[test]
    fn an_organization_identifier_is_listed_as_published() {
        // 2013-01-07T18:18:04Z and 2011-11-29T20:21:30Z, in a shell one hour ahead.
        let changed = Instant::from_seconds(1_357_582_684);
        let created = Instant::from_seconds(1_322_598_090);
        let identifier = Object::new("FederatedOrganizationIdentifier")
            .with("RunspaceId", "7b47ba54-c78f-4d73-8337-a457b9ebfd1b")
            .with("AccountNamespace", "missing")
            .with("Enabled", false)
            .with("OrganizationContact", "")
            .with("DelegationTrustLink", Value::Null)
            .with("ObjectClass", Value::texts(["top", "msExchFedOrgId"]))
            .with("WhenChanged", changed)
            .with("WhenCreated", created)
            .with("WhenChangedUTC", changed)
            .with("WhenCreatedUTC", created)
            .with("ObjectState", "Unchanged");
        let expected = "\
RunspaceId          : 7b47ba54-c78f-4d73-8337-a457b9ebfd1b
AccountNamespace    : missing
Enabled             : False
OrganizationContact : \n\
DelegationTrustLink : \n\
ObjectClass         : {top, msExchFedOrgId}
WhenChanged         : 1/7/2013 7:18:04 PM
WhenCreated         : 11/29/2011 9:21:30 PM
WhenChangedUTC      : 1/7/2013 6:18:04 PM
WhenCreatedUTC      : 11/29/2011 8:21:30 PM
ObjectState         : Unchanged
";
        check(&[identifier], &[], expected);
    }

    #[test]
    fn the_rows_of_a_test_are_listed_as_published_long_messages_wrapped() {
        let row = |id: &str, message: &str| {
            Object::new("FederationTrustTestResult")
                .with("RunspaceId", "7b47ba54-c78f-4d73-8337-a457b9ebfd1b")
                .with("Id", id)
                .with("Type", "Success")
                .with("Message", message)
        };
        let rows = [
            row(
                "FederationMetadata",
                "The federation trust contains the same certificates published by the security token \
                 service in its federation metadata.",
            ),
            row("TokenRequest", "Request for delegation token succeeded."),
        ];
        // The published text keeps the blank at which the line was broken.
        let broken = "The federation trust contains the same certificates published by the security token \
                      service in its ";
        let expected = format!(
            "RunspaceId : 7b47ba54-c78f-4d73-8337-a457b9ebfd1b
Id         : FederationMetadata
Type       : Success
Message    : {broken}
             federation metadata.

RunspaceId : 7b47ba54-c78f-4d73-8337-a457b9ebfd1b
Id         : TokenRequest
Type       : Success
Message    : Request for delegation token succeeded.
"
        );
        check(&rows, &[], &expected);
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_broken() {
        for (text, lines) in [
            ("", vec![""]),
            ("abcdefgh", vec!["abcd", "efgh"]),
            ("ab cdefgh", vec!["ab ", "cdef", "gh"]),
            ("ab cd ef", vec!["ab ", "cd ", "ef"]),
            ("a\nb", vec!["a", "b"]),
        ] {
            assert_eq!(wrapped(text, 4), lines, "{text}");
        }
    }
}
