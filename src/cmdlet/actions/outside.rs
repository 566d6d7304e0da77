//! What administrators do outside Exchange: DNS records, the clock, waiting.
//!
//! It knows nothing of federation. Invariant: a record is published when it has reached the zone's
//! servers; resolvers see it when what they remember has lapsed.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::{Instant, Offset, Span};
use crate::model::dns::{RecordData, RecordType, ZoneId};
use crate::model::names::NameId;

use super::call::Call;
use super::shell::Outcome;

/// How long resolvers may remember a record unless the cmdlet says.
///
/// Source: Add-DnsServerResourceRecord, default of `-TimeToLive` (docs): an hour.
const TIME_TO_LIVE: Span = Span::from_hours(1);

/// Publishes a record. Chosen: a script may change the zones of all the world.
///
/// Source: Add-DnsServerResourceRecord (docs).
pub(super) async fn add_record(call: &Call<'_, '_>) -> Outcome {
    let (zone, name) = place(call)?;
    let data = data(call, zone)?;
    let time_to_live = call.span("TimeToLive").unwrap_or(TIME_TO_LIVE);
    let key = (zone, name, data.record_type());
    let federation = call.shell.federation();
    let present = federation.dns.set(zone, name, key.2);
    let present = present.map(|id| federation.dns.sets().at(id, call.shell.now()));
    if present.is_some_and(|set| set.records.contains(&data)) {
        let message = format!(
            "Failed to create resource record {} in zone {}: it exists already.",
            call.text("Name").unwrap_or_default(),
            call.text("ZoneName").unwrap_or_default()
        );
        return Err(call.error("ResourceExists", "CimException", message));
    }
    let at = published_from(call, zone);
    call.shell.console.change(|federation, _| {
        let names = federation.names.clone();
        federation
            .dns
            .change_records(&names, key, time_to_live, at, |set| {
                set.time_to_live = time_to_live;
                if !set.records.contains(&data) {
                    set.records.push(data);
                }
            });
    });
    Ok(Vec::new())
}

/// Takes records away: those with the data that is given, or all of the name and type.
///
/// Source: Remove-DnsServerResourceRecord (docs).
pub(super) async fn remove_record(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let (zone, name) = place(call)?;
    let record_type = match call.text("RRType") {
        Some("A") => RecordType::Address,
        Some("CName") => RecordType::CanonicalName,
        Some("Srv") => RecordType::Service,
        _ => RecordType::Text,
    };
    let wanted = call.text("RecordData");
    let federation = shell.federation();
    let matches = |record: &RecordData| {
        wanted.is_none_or(|wanted| match record {
            RecordData::Text(text) => &**text == wanted,
            RecordData::Canonical(name) => shell.text(*name).eq_ignore_ascii_case(wanted),
            RecordData::Service { target, .. } => shell.text(*target).eq_ignore_ascii_case(wanted),
            RecordData::Host(host) => {
                let name = federation.hosts.original(*host).name;
                shell.text(name).eq_ignore_ascii_case(wanted)
            }
        })
    };
    let set = federation.dns.set(zone, name, record_type);
    let at = published_from(call, zone);
    let present = set.map(|id| federation.dns.sets().at(id, at));
    let present = present.filter(|set| set.records.iter().any(&matches));
    let Some(present) = present else {
        let message = format!(
            "Failed to get {} record in {} zone.",
            call.text("Name").unwrap_or_default(),
            call.text("ZoneName").unwrap_or_default()
        );
        return Err(call.error("ObjectNotFound", "CimException", message));
    };
    let kept: Vec<RecordData> = present
        .records
        .iter()
        .filter(|record| !matches(record))
        .cloned()
        .collect();
    let time_to_live = present.time_to_live;
    shell.console.change(|federation, _| {
        let names = federation.names.clone();
        let key = (zone, name, record_type);
        federation
            .dns
            .change_records(&names, key, time_to_live, at, |set| set.records = kept);
    });
    Ok(Vec::new())
}

/// From when on all servers of a zone have what is changed now.
///
/// Source: secondary servers learn of a change from the primary one: RFC 1996. Assumed: how long that
/// takes is a property of the zone, and nobody sees a change before everybody does.
fn published_from(call: &Call<'_, '_>, zone: ZoneId) -> Instant {
    let (federation, now) = (call.shell.federation(), call.shell.now());
    now + federation.dns.zones().at(zone, now).propagation
}

/// The zone, and the whole name of the record: `@` is the zone's own.
fn place(call: &Call<'_, '_>) -> Result<(ZoneId, NameId), ErrorRecord> {
    let shell = call.shell;
    let apex = call.text("ZoneName").unwrap_or_default();
    let federation = shell.federation();
    let known = federation.names.find(apex);
    let zone = known.and_then(|apex| {
        let zones = federation.dns.zones();
        federation
            .dns
            .zone_of(apex)
            .filter(|&zone| zones.original(zone).apex == apex)
    });
    let Some(zone) = zone else {
        let message = format!("The zone {apex} was not found on server dns.");
        return Err(call.error("ObjectNotFound", "CimException", message));
    };
    let name = match call.text("Name") {
        None | Some("@") => apex.to_owned(),
        Some(name) => format!("{name}.{apex}"),
    };
    Ok((zone, shell.intern(&name)))
}

/// What a new record says.
fn data(call: &Call<'_, '_>, _: ZoneId) -> Result<RecordData, ErrorRecord> {
    let shell = call.shell;
    let invalid = |message: String| call.error("InvalidArgument", "CimException", message);
    let missing = |parameter: &str| invalid(format!("-{parameter} is needed for this record."));
    if call.switch("Txt") || call.has("DescriptiveText") {
        let text = call
            .text("DescriptiveText")
            .ok_or_else(|| missing("DescriptiveText"))?;
        return Ok(RecordData::Text(text.into()));
    }
    if call.switch("CName") || call.has("HostNameAlias") {
        let alias = call
            .text("HostNameAlias")
            .ok_or_else(|| missing("HostNameAlias"))?;
        return Ok(RecordData::Canonical(
            shell.intern(alias.trim_end_matches('.')),
        ));
    }
    if call.switch("Srv") {
        let target = call
            .text("DomainName")
            .ok_or_else(|| missing("DomainName"))?;
        let number = |parameter| {
            let value = call.integer(parameter).ok_or_else(|| missing(parameter))?;
            u16::try_from(value).map_err(|_| invalid(format!("-{parameter} is out of range.")))
        };
        return Ok(RecordData::Service {
            priority: number("Priority")?,
            weight: number("Weight")?,
            port: number("Port")?,
            target: shell.intern(target.trim_end_matches('.')),
        });
    }
    // Addresses have no numbers here: a host is known by its name.
    let host = call
        .text("IPv4Address")
        .ok_or_else(|| missing("IPv4Address"))?;
    let federation = shell.federation();
    let known = federation.names.find(host);
    let found = known.and_then(|name| federation.index.hosts.get(&name).copied());
    found.map(RecordData::Host).ok_or_else(|| {
        invalid(format!(
            "`{host}` is no host of this world; here a host's name stands for its address."
        ))
    })
}

/// Tells what the server's clock shows.
pub(super) async fn get_date(call: &Call<'_, '_>) -> Outcome {
    let shown = call.shell.console.shown();
    Ok(vec![
        Object::new("DateTime").with("DateTime", Value::Date(shown)),
    ])
}

/// Sets the server's clock: by how much it is moved, or to what.
///
/// Source: Set-Date (docs).
pub(super) async fn set_date(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let present = shell.own_server().clock_error.nanoseconds();
    let wanted = match (call.text("Adjust"), call.date("Date")) {
        (Some(text), _) => {
            let (sign, rest) = match text.strip_prefix('-') {
                Some(rest) => (-1, rest),
                None => (1, text),
            };
            let span = Value::text(rest).as_span().ok_or_else(|| {
                let message = "-Adjust takes a length of time, such as `00:06:00`.";
                call.error("InvalidArgument", "ParameterBindingException", message)
            })?;
            let moved = i64::try_from(span.nanoseconds()).unwrap_or(i64::MAX);
            present.saturating_add(moved.saturating_mul(sign))
        }
        (None, Some(date)) => {
            let now = i64::try_from(shell.now().nanoseconds()).unwrap_or(i64::MAX);
            let date = i64::try_from(date.nanoseconds()).unwrap_or(i64::MAX);
            date.saturating_sub(now)
        }
        (None, None) => {
            let message = "Give -Date or -Adjust.";
            return Err(call.error("InvalidArgument", "ParameterBindingException", message));
        }
    };
    let server = shell.console.server();
    shell.console.change(|federation, now| {
        federation.servers.change(server, now, |row| {
            row.clock_error = Offset::from_nanoseconds(wanted);
        });
    });
    get_date(call).await
}

/// Waits, in simulated time.
pub(super) async fn start_sleep(call: &Call<'_, '_>) -> Outcome {
    let number = |parameter| {
        let value = call.integer(parameter).unwrap_or(0);
        u64::try_from(value).map_err(|_| {
            let message = format!("-{parameter} cannot be negative.");
            call.error(
                "InvalidData",
                "ParameterBindingValidationException",
                message,
            )
        })
    };
    // A year is longer than anybody waits, and keeps the clock within its range.
    let seconds = Span::from_seconds(number("Seconds")?.min(366 * 86_400));
    let rest = Span::from_milliseconds(number("Milliseconds")?.min(366 * 86_400_000));
    call.shell.console.wait(seconds + rest).await;
    Ok(Vec::new())
}
