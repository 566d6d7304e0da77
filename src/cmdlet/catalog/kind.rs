//! What parameters take, and whether a value is of that kind.
//!
//! It knows no cmdlets. Invariant: a value that is accepted has the shape that its kind promises, so that
//! who carries a cmdlet out need not look again.

use crate::cmdlet::date;
use crate::cmdlet::value::{Object, Value};
use crate::engine::Offset;
use crate::model::spelling::{short, suggestion};

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `$true` or `$false`.
    Boolean,
    /// Nothing: its presence says yes.
    Switch,
    /// A whole number.
    Integer,
    /// A domain.
    Domain,
    /// Domains.
    DomainList,
    /// An SMTP address.
    Address,
    /// An absolute address of a service.
    Url,
    /// What names an object of a kind.
    Identity(Of),
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// A date.
    Date,
    /// A length of time, such as `01:00:00`.
    Span,
    /// An entry of a sharing policy, `domain: action, action`.
    SharingEntry,
    /// Several values of a kind.
    List(&'static Kind),
}

/// Of what kind the object is that an identity names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// A relationship with another organization.
    OrganizationRelationship,
    /// The trust in the gateway.
    FederationTrust,
    /// A mailbox.
    Mailbox,
    /// A folder of a mailbox: `kim:\Calendar`.
    MailboxFolder,
    /// A sharing policy.
    SharingPolicy,
    /// A certificate, by its thumbprint.
    Certificate,
    /// A server.
    Server,
    /// A virtual directory: `cas1\EWS (Default Web Site)`.
    VirtualDirectory,
    /// A connector between organizations.
    IntraOrganizationConnector,
    /// An availability address space.
    AddressSpace,
    /// A group of recipients.
    Group,
}

/// Why a value is not of a kind, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What the kind takes and what was given: "takes `$true` or `$false`, not `yes`".
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a user of a shared calendar may see, as sharing policies say it.
///
/// Source: New-SharingPolicy (docs).
pub const SHARING_ACTIONS: &[&str] = &[
    "CalendarSharingFreeBusySimple",
    "CalendarSharingFreeBusyDetail",
    "CalendarSharingFreeBusyReviewer",
    "ContactsSharing",
];

impl Of {
    /// The type of such objects.
    pub fn type_name(self) -> &'static str {
        match self {
            Of::OrganizationRelationship => "OrganizationRelationship",
            Of::FederationTrust => "FederationTrust",
            Of::Mailbox => "Mailbox",
            Of::MailboxFolder => "MailboxFolder",
            Of::SharingPolicy => "SharingPolicy",
            Of::Certificate => "ExchangeCertificate",
            Of::Server => "ClientAccessServer",
            Of::VirtualDirectory => "VirtualDirectory",
            Of::IntraOrganizationConnector => "IntraOrganizationConnector",
            Of::AddressSpace => "AvailabilityAddressSpace",
            Of::Group => "Group",
        }
    }

    /// What it is called in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Of::OrganizationRelationship => "organization relationship",
            Of::FederationTrust => "federation trust",
            Of::Mailbox => "mailbox",
            Of::MailboxFolder => "folder",
            Of::SharingPolicy => "sharing policy",
            Of::Certificate => "certificate",
            Of::Server => "server",
            Of::VirtualDirectory => "virtual directory",
            Of::IntraOrganizationConnector => "intra-organization connector",
            Of::AddressSpace => "availability address space",
            Of::Group => "group",
        }
    }

    /// The part of an identity that names something that has to exist, and what: the mailbox of a
    /// folder, the server of a virtual directory.
    pub fn owner(self, identity: &str) -> (Of, &str) {
        let before = |sign| {
            identity
                .split_once(sign)
                .map_or(identity, |(before, _)| before)
        };
        match self {
            Of::MailboxFolder => (Of::Mailbox, before(":\\")),
            Of::VirtualDirectory => (Of::Server, before("\\")),
            other => (other, identity),
        }
    }

    /// The identity of an object that comes down a pipeline, if it is of this kind.
    pub fn identity_of(self, object: &Object) -> Option<Value> {
        let name = object.type_name();
        let fits = name == self.type_name()
            || self == Of::VirtualDirectory && name.ends_with("VirtualDirectory");
        let keys: &[&str] = match self {
            Of::Certificate => &["Thumbprint"],
            _ => &["Identity", "Name"],
        };
        let found = keys.iter().find_map(|key| object.get(key));
        found
            .filter(|value| fits && **value != Value::Null)
            .cloned()
    }
}

impl Kind {
    /// The value as this kind has it: a word in its right spelling, a single one as a list.
    ///
    /// `$null` is taken by all kinds but switches and truths: it clears a property.
    pub fn fit(self, value: &Value, zone: Offset) -> Result<Value, Mismatch> {
        if let (Value::Null, false) = (value, matches!(self, Kind::Boolean | Kind::Switch)) {
            return Ok(Value::Null);
        }
        match self {
            Kind::Boolean | Kind::Switch => truth(value),
            Kind::Integer => whole_number(value),
            Kind::DomainList => several(Kind::Domain, value, zone),
            Kind::List(kind) => several(*kind, value, zone),
            Kind::Date => match value {
                Value::Date(_) => Ok(value.clone()),
                other => {
                    let read = other.as_text().and_then(|text| date::read(text, zone));
                    read.map(Value::Date)
                        .ok_or_else(|| mismatch("a date", value, "such as `1/7/2013`"))
                }
            },
            Kind::Span => match value.as_span() {
                Some(_) => Ok(value.clone()),
                None => Err(mismatch(
                    "a length of time",
                    value,
                    "such as `01:00:00` for an hour",
                )),
            },
            Kind::Identity(of) => match value {
                Value::Object(object) => of
                    .identity_of(object)
                    .or_else(|| object.get("Identity").cloned())
                    .ok_or_else(|| mismatch(&format!("the name of a {}", of.noun()), value, "")),
                other => text_of(other, zone),
            },
            Kind::Text => text_of(value, zone),
            Kind::Domain | Kind::Address | Kind::Url | Kind::OneOf(_) | Kind::SharingEntry => {
                let fitted = text_of(value, zone)?;
                let text = fitted.as_text().unwrap_or_default();
                self.word(text).map(Value::text)
            }
        }
    }

    /// A text of a kind that says what texts look like.
    fn word(self, text: &str) -> Result<String, Mismatch> {
        let given = Value::text(text);
        match self {
            Kind::Domain if is_domain(text) => Ok(text.to_owned()),
            Kind::Domain => Err(mismatch("a domain", &given, "such as `contoso.com`")),
            Kind::Address => {
                let parts = text.rsplit_once('@');
                let is_address = parts.is_some_and(|(local, domain)| {
                    !local.is_empty() && !local.contains([' ', '@', '"']) && is_domain(domain)
                });
                if is_address {
                    return Ok(text.to_owned());
                }
                Err(mismatch("an address", &given, "such as `kim@contoso.com`"))
            }
            Kind::Url if is_url(text) => Ok(text.to_owned()),
            Kind::Url => {
                let example = "such as `https://mail.contoso.com/EWS/Exchange.asmx`";
                Err(mismatch("the address of a service", &given, example))
            }
            Kind::OneOf(words) => {
                let known = words.iter().find(|word| word.eq_ignore_ascii_case(text));
                known
                    .map(|word| (*word).to_owned())
                    .ok_or_else(|| no_such_word(text, words))
            }
            Kind::SharingEntry => sharing_entry(text),
            _ => Ok(text.to_owned()),
        }
    }
}

fn truth(value: &Value) -> Result<Value, Mismatch> {
    match value {
        Value::Boolean(_) => Ok(value.clone()),
        Value::Integer(number) => Ok(Value::Boolean(*number != 0)),
        _ => Err(Mismatch {
            message: format!("takes `$true` or `$false`, not {}", described(value)),
            help: match value.as_text().map(str::to_ascii_lowercase).as_deref() {
                Some(word @ ("true" | "false")) => Some(format!("write `${word}`")),
                _ => None,
            },
        }),
    }
}

fn whole_number(value: &Value) -> Result<Value, Mismatch> {
    let read = match value {
        Value::Integer(number) => Some(*number),
        other => other.as_text().and_then(|text| text.trim().parse().ok()),
    };
    read.map(Value::Integer)
        .ok_or_else(|| mismatch("a whole number", value, ""))
}

fn several(kind: Kind, value: &Value, zone: Offset) -> Result<Value, Mismatch> {
    if let Value::Object(table) = value
        && table.type_name() == "Hashtable"
    {
        return changes(kind, table, zone);
    }
    let items = value.clone().into_items();
    let fitted: Result<Vec<Value>, Mismatch> =
        items.iter().map(|item| kind.fit(item, zone)).collect();
    fitted.map(Value::List)
}

/// `@{Add="a"; Remove="b"}`.
fn changes(kind: Kind, table: &Object, zone: Offset) -> Result<Value, Mismatch> {
    let mut fitted = Object::new("Hashtable");
    for (key, value) in table.properties() {
        let known = ["Add", "Remove"]
            .iter()
            .find(|known| known.eq_ignore_ascii_case(key));
        let Some(known) = known else {
            return Err(Mismatch {
                message: format!("takes changes by `Add` and `Remove`, not `{}`", short(key)),
                help: Some("write them as `@{Add=\"contoso.com\"}`".to_owned()),
            });
        };
        fitted.set(*known, several(kind, value, zone)?);
    }
    Ok(Value::Object(fitted))
}

fn text_of(value: &Value, zone: Offset) -> Result<Value, Mismatch> {
    match value {
        Value::List(_) => Err(mismatch("a single value", value, "")),
        Value::Object(object) if object.type_name() == "Hashtable" => {
            Err(mismatch("a text", value, ""))
        }
        other => Ok(Value::text(other.to_text(zone))),
    }
}

fn sharing_entry(text: &str) -> Result<String, Mismatch> {
    let example = "such as `contoso.com: CalendarSharingFreeBusySimple`";
    let Some((domain, actions)) = text.split_once(':') else {
        return Err(mismatch(
            "a domain with its actions",
            &Value::text(text),
            example,
        ));
    };
    let domain = domain.trim();
    let is_special = domain == "*" || domain.eq_ignore_ascii_case("Anonymous");
    if !is_special && !is_domain(domain) {
        return Err(mismatch(
            "a domain, `*` or `Anonymous`",
            &Value::text(domain),
            example,
        ));
    }
    let words = actions.split(',').map(str::trim);
    let known = words.map(|word| {
        let known = SHARING_ACTIONS
            .iter()
            .find(|action| action.eq_ignore_ascii_case(word));
        known
            .copied()
            .ok_or_else(|| no_such_word(word, SHARING_ACTIONS))
    });
    let known: Result<Vec<&str>, Mismatch> = known.collect();
    Ok(format!("{domain}: {}", known?.join(", ")))
}

fn no_such_word(text: &str, words: &[&str]) -> Mismatch {
    let meant = suggestion(text, words.iter().copied());
    Mismatch {
        message: format!("takes `{}`, not `{}`", words.join("`, `"), short(text)),
        help: meant.map(|meant| format!("did you mean `{meant}`?")),
    }
}

fn mismatch(wanted: &str, value: &Value, example: &str) -> Mismatch {
    Mismatch {
        message: format!("takes {wanted}, not {}", described(value)),
        help: (!example.is_empty()).then(|| format!("write one {example}")),
    }
}

/// A value as a message says it.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "`$null`".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Object(object) if object.type_name() == "Hashtable" => "a table".to_owned(),
        Value::Object(object) => format!("an object of the type `{}`", object.type_name()),
        Value::Boolean(value) => format!("`${value}`"),
        Value::Text(text) if text.is_empty() => "an empty text".to_owned(),
        other => format!("`{}`", short(&other.to_text(Offset::ZERO))),
    }
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_part)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let is_plain = rest.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    is_host && is_plain && port.parse::<u16>().is_ok() && text.len() <= 2_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(kind: Kind, value: impl Into<Value>) -> Result<Value, String> {
        let fitted = kind.fit(&value.into(), Offset::ZERO);
        fitted.map_err(|mismatch| {
            let help = mismatch
                .help
                .map_or(String::new(), |help| format!(" ({help})"));
            mismatch.message + &help
        })
    }

    #[test]
    fn a_value_takes_the_shape_of_its_kind() {
        const LEVELS: Kind = Kind::OneOf(&["None", "AvailabilityOnly"]);
        for (kind, given, fitted) in [
            (Kind::Boolean, 1.into(), true.into()),
            (Kind::Integer, "2048".into(), Value::from(2_048)),
            (Kind::Text, 2_048.into(), "2048".into()),
            (LEVELS, "availabilityonly".into(), "AvailabilityOnly".into()),
            (Kind::DomainList, "a.com".into(), Value::texts(["a.com"])),
            (Kind::Url, Value::Null, Value::Null),
            (
                Kind::SharingEntry,
                "*:calendarsharingfreebusysimple,ContactsSharing".into(),
                "*: CalendarSharingFreeBusySimple, ContactsSharing".into(),
            ),
            (
                Kind::Identity(Of::Certificate),
                Object::new("ExchangeCertificate")
                    .with("Thumbprint", "AB")
                    .into(),
                "AB".into(),
            ),
        ] {
            assert_eq!(fit(kind, given.clone()), Ok(fitted), "{given:?}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_refused_with_a_remedy() {
        const LEVELS: Kind = Kind::OneOf(&["None", "AvailabilityOnly"]);
        let table = Object::new("Hashtable").with("Append", "a.com");
        let cases: &[(Kind, Value, &str)] = &[
            (
                Kind::Boolean,
                "true".into(),
                "takes `$true` or `$false`, not `true` (write `$true`)",
            ),
            (
                Kind::Boolean,
                Value::Null,
                "takes `$true` or `$false`, not `$null`",
            ),
            (
                Kind::Integer,
                "many".into(),
                "takes a whole number, not `many`",
            ),
            (
                Kind::Domain,
                "contoso".into(),
                "takes a domain, not `contoso` (write one such as `contoso.com`)",
            ),
            (
                Kind::Domain,
                "".into(),
                "takes a domain, not an empty text (write one such as `contoso.com`)",
            ),
            (
                Kind::Address,
                "kim".into(),
                "takes an address, not `kim` (write one such as `kim@contoso.com`)",
            ),
            (
                Kind::Url,
                "mail.contoso.com".into(),
                "takes the address of a service, not `mail.contoso.com` (write one such as \
                 `https://mail.contoso.com/EWS/Exchange.asmx`)",
            ),
            (
                LEVELS,
                "AvailabiltyOnly".into(),
                "takes `None`, `AvailabilityOnly`, not `AvailabiltyOnly` (did you mean `AvailabilityOnly`?)",
            ),
            (
                Kind::Text,
                Value::texts(["a", "b"]),
                "takes a single value, not a list",
            ),
            (
                Kind::DomainList,
                table.into(),
                "takes changes by `Add` and `Remove`, not `Append` (write them as `@{Add=\"contoso.com\"}`)",
            ),
        ];
        for (kind, given, expected) in cases {
            assert_eq!(fit(*kind, given.clone()), Err((*expected).to_owned()));
        }
    }
}
