//! Names, domains, hosts, addresses and versions: what is well formed, and its normal form.
//!
//! It knows no keys. Invariant: two spellings of the same thing have the same normal form.

use crate::scenario::keys::NameKind;

pub(super) use crate::model::spelling::by_distance;
pub(crate) use crate::model::spelling::{short, suggestion};

/// Why a name is refused: what is wrong with it, and what to write instead.
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Versions of Exchange: the year, and its service packs and cumulative updates.
const VERSIONS: &[(&str, &[&str], u32)] = &[
    ("2007", &["RTM", "SP1", "SP2", "SP3"], 0),
    ("2010", &["RTM", "SP1", "SP2", "SP3"], 0),
    ("2013", &["RTM", "SP1"], 23),
    ("2016", &["RTM", ""], 23),
    ("2019", &["RTM", ""], 15),
    ("SE", &["RTM", ""], 0),
    ("ONLINE", &[""], 0),
];

/// The normal form of a name of a named table.
pub(crate) fn normal(kind: NameKind, text: &str) -> Result<String, Refusal> {
    match kind {
        NameKind::Name => name(text),
        NameKind::Title => title(text),
        NameKind::Domain => domain(text),
        NameKind::Host => host(text),
        NameKind::Address => address(text),
        NameKind::Arrow => {
            let (from, to) = ends(text, "->", "\"contoso -> fabrikam\"")?;
            distinct(text, name(from)?, name(to)?, "->")
        }
        NameKind::ArrowToDomain => {
            let (from, to) = ends(text, "->", "\"contoso -> fabrikam.com\"")?;
            Ok(format!("{} -> {}", name(from)?, domain(to)?))
        }
        NameKind::Pair => {
            let (a, b) = ends(text, " - ", "\"berlin - munich\"")?;
            let (a, b) = (name(a)?, name(b)?);
            let (a, b) = if a <= b { (a, b) } else { (b, a) };
            distinct(text, a, b, "-")
        }
        NameKind::Record => record(text),
    }
}

/// A name: letters, digits, `-` and `_`, at most 64, not beginning with `-` or `_`.
pub(crate) fn name(text: &str) -> Result<String, Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let well_formed =
        text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(allowed);
    if well_formed && text.len() <= 64 {
        return Ok(text.to_string());
    }
    let help = "use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64";
    refuse(text, "a name", help)
}

/// A name as administrators give it: as above, with spaces inside.
fn title(text: &str) -> Result<String, Refusal> {
    let words = |text: &str| text.split(' ').all(|word| !word.is_empty());
    if words(text) && name(&text.replace(' ', "-")).is_ok() {
        return Ok(text.to_string());
    }
    let help = "use letters, digits, single spaces, `-` and `_`, beginning with a letter or digit, at \
                most 64";
    refuse(text, "a name", help)
}

/// A host name in lower case.
pub(super) fn host(text: &str) -> Result<String, Refusal> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() <= 253 && text.split('.').all(label) {
        return Ok(text.to_ascii_lowercase());
    }
    let help = if !text.is_ascii() {
        "write an internationalized name in its ASCII form, beginning with `xn--`"
    } else if text.contains("://") {
        "write the host name alone, without `https://`"
    } else {
        "use labels of letters, digits and `-`, separated by single points, such as `mail.contoso.com`"
    };
    refuse(text, "a host name", help)
}

/// A name of a TLS certificate in lower case: a host name, or `*.` and a domain.
pub(super) fn tls_name(text: &str) -> Result<String, Refusal> {
    match text.strip_prefix("*.") {
        Some(parent) => Ok(format!("*.{}", domain(parent)?)),
        None => host(text),
    }
}

/// A domain in lower case: a host name of two labels or more. The first label of account namespaces
/// keeps the capitals that it always has.
pub(crate) fn domain(text: &str) -> Result<String, Refusal> {
    if text.contains('@') {
        return refuse(text, "a domain", "write what stands behind the `@`");
    }
    if !text.contains('.') {
        return refuse(
            text,
            "a domain",
            "a domain has at least two parts, such as `contoso.com`",
        );
    }
    match host(text) {
        Ok(domain) => Ok(match domain.strip_prefix("fydibohf25spdlt.") {
            Some(rest) => format!("FYDIBOHF25SPDLT.{rest}"),
            None => domain,
        }),
        Err(refusal) => Err(Refusal {
            message: format!("`{}` is not a domain", short(text)),
            ..refusal
        }),
    }
}

/// An SMTP address in lower case.
pub(crate) fn address(text: &str) -> Result<String, Refusal> {
    let help = "write an address such as `kim@contoso.com`";
    let Some((local, at_domain)) = text.rsplit_once('@') else {
        return refuse(text, "an address", help);
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let part = |part: &str| !part.is_empty() && part.chars().all(allowed);
    if local.len() > 64 || !local.split('.').all(part) {
        return refuse(text, "an address", help);
    }
    match domain(at_domain) {
        Ok(domain) => Ok(format!("{}@{domain}", local.to_ascii_lowercase())),
        Err(_) => refuse(text, "an address", help),
    }
}

/// The address of a service: `http` or `https`, a host, perhaps a port and a path.
pub(super) fn url(text: &str) -> Result<String, Refusal> {
    let help = "write a full address, such as `https://mail.contoso.com/EWS/Exchange.asmx`";
    let lower = text.to_ascii_lowercase();
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| lower.starts_with(scheme));
    let Some(scheme) = scheme else {
        return refuse(text, "the address of a service", help);
    };
    let rest = &text[scheme.len()..];
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host_name, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let port_is_fine = port.parse::<u16>().is_ok_and(|port| port > 0);
    let path_is_fine = path
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    if text.len() > 2_000 || !port_is_fine || !path_is_fine || host(host_name).is_err() {
        return refuse(text, "the address of a service", help);
    }
    Ok(format!("{scheme}{}{path}", authority.to_ascii_lowercase()))
}

/// A version of Exchange, such as `2013 SP1`.
pub(super) fn version(text: &str) -> Result<String, Refusal> {
    let (year, update) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let (year, update) = (
        year.to_ascii_uppercase(),
        update.trim().to_ascii_uppercase(),
    );
    let Some((_, updates, last)) = VERSIONS.iter().find(|(known, ..)| *known == year) else {
        let known: Vec<&str> = VERSIONS.iter().map(|(known, ..)| *known).collect();
        let help = format!(
            "versions are {}, each with its update, such as `2013 SP1`",
            known.join(", ")
        );
        return refuse(text, "a version of Exchange", &help);
    };
    let cumulative = update
        .strip_prefix("CU")
        .and_then(|n| n.parse::<u32>().ok());
    let canonical =
        cumulative.is_some_and(|n| (1..=*last).contains(&n) && update == format!("CU{n}"));
    if canonical || updates.contains(&update.as_str()) {
        return Ok(format!("{year} {update}").trim_end().to_string());
    }
    let mut known: Vec<String> = updates
        .iter()
        .filter(|u| !u.is_empty())
        .map(|u| format!("`{year} {u}`"))
        .collect();
    if *last > 0 {
        known.push(format!("`{year} CU1` to `{year} CU{last}`"));
    }
    let help = format!("versions of it are {}", known.join(", "));
    if update.is_empty() {
        let message =
            format!("`{year}` alone does not say which update, and federation depends on it");
        return Err(Refusal { message, help });
    }
    refuse(text, "a version of Exchange", &help)
}

fn ends<'a>(text: &'a str, sign: &str, example: &str) -> Result<(&'a str, &'a str), Refusal> {
    match text.split_once(sign) {
        Some((from, to)) => Ok((from.trim(), to.trim())),
        None => Err(Refusal {
            message: format!("`{}` does not name two ends", short(text)),
            help: format!("write both ends with `{sign}` between them, such as `{example}`"),
        }),
    }
}

fn distinct(text: &str, from: String, to: String, sign: &str) -> Result<String, Refusal> {
    if from != to {
        return Ok(format!("{from} {sign} {to}"));
    }
    Err(Refusal {
        message: format!("both ends of `{}` are the same", short(text)),
        help: "name two different ends".to_string(),
    })
}

fn record(text: &str) -> Result<String, Refusal> {
    const TYPES: &[&str] = &["A", "CNAME", "TXT", "SRV"];
    let help = "write the name and its type, such as `\"mail.contoso.com A\"`; types are A, CNAME, TXT, SRV";
    let Some((name, record_type)) = text.trim().split_once(' ') else {
        return refuse(text, "the name and type of a DNS record", help);
    };
    let record_type = record_type.trim().to_ascii_uppercase();
    if !TYPES.contains(&record_type.as_str()) {
        return refuse(text, "the name and type of a DNS record", help);
    }
    Ok(format!("{} {record_type}", domain(name)?))
}

fn refuse<T>(text: &str, what: &str, help: &str) -> Result<T, Refusal> {
    let message = match text {
        "" => format!("an empty text is not {what}"),
        text => format!("`{}` is not {what}", short(text)),
    };
    let help = help.to_string();
    Err(Refusal { message, help })
}
