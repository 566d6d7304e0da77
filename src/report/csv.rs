//! The row logs as CSV: tables, their columns, and how a row is written.
//!
//! It knows no directory. Invariant: a row has as many cells as its table has columns; an empty cell
//! means that there is nothing, never zero.

use std::io;

use ::csv::Writer;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::address::{Address, Url};
use crate::model::observation::{PathKind, PathObject, RequestIdentity};
use crate::model::organization::OrgId;
use crate::model::outcome::{AttendeeOutcome, Failure, GroupOutcome};
use crate::model::token::DelegationToken;
use crate::record::naming::{
    certificate_name, instant_text, organization_name, path_object_name, server_name, signer_name,
};
use crate::record::rows::{AttendeeRow, GroupRow, RequestRow, TokenEvent, TokenRow};
use crate::record::{Digest, RowLists};

use super::identity::FORMAT;

/// A table.
#[derive(Debug)]
pub struct Table {
    /// The name of its file.
    pub file: &'static str,
    /// What a row is.
    pub row: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

/// A column: its name and what a cell holds.
pub type Column = (&'static str, &'static str);

const FORMAT_COLUMN: Column = ("format", "version of this table");
const REQUEST: Column = ("request", "identity: organization, workload, number");
const GROUP: Column = ("group", "number of the group within the request, from 0");
const PATH: Column = (
    "path",
    "local, personal-share, connector, relationship or address-space; empty: none was found",
);
const OBJECT: Column = (
    "object",
    "name of the connector, relationship or address space",
);
const TARGET: Column = (
    "target",
    "organization that is asked; empty: nobody's domain",
);
const CAUSE: Column = ("cause", "root cause, if it failed");
const CODE: Column = ("code", "number that the product shows, if it failed");
const INNER: Column = ("inner_code", "number inside it, if there is one");
const SIDE: Column = ("side", "who has to act, if it failed");
const LAYER: Column = ("layer", "where the cause lies, if it failed");
const LEG_OF_FAILURE: Column = ("leg", "leg in which it failed, if it came that far");

/// `requests.csv`.
pub const REQUESTS: Table = Table {
    file: "requests.csv",
    row: "a request, by the instant of its sending",
    columns: &[
        FORMAT_COLUMN,
        REQUEST,
        ("requester", "organization that asks"),
        ("workload", "name of the request in the scenario"),
        ("number", "number within the two, from 1"),
        ("sent", "instant, RFC 3339"),
        ("from", "address of the user who asks"),
        ("attendees", "how many addresses it names"),
        ("window_s", "length of time asked about, seconds"),
        ("view", "form of the answer asked for"),
        ("server", "server that took it; empty: none yet"),
        ("groups", "groups that left"),
        ("tokens", "delegation tokens issued before it ended"),
        ("outcome", "complete, partial, failed or in-flight"),
        ("views", "attendees with a view; empty: in flight"),
        (
            "ended",
            "instant of the answer or of the end of the run, RFC 3339",
        ),
        (
            "latency_s",
            "from sending to receiving, seconds; empty: in flight",
        ),
    ],
};

/// `groups.csv`.
pub const GROUPS: Table = Table {
    file: "groups.csv",
    row: "a group with an outcome, by the instant of its dispatch",
    columns: &[
        FORMAT_COLUMN,
        REQUEST,
        GROUP,
        ("dispatched", "instant, RFC 3339"),
        PATH,
        OBJECT,
        ("domain", "SMTP domain of its attendees"),
        TARGET,
        ("attendees", "how many attendees are in it"),
        ("endpoint", "URL known at its dispatch; empty: unknown"),
        ("ended", "instant, RFC 3339"),
        ("outcome", "answered or failed"),
        CAUSE,
        CODE,
        INNER,
        SIDE,
        LAYER,
        LEG_OF_FAILURE,
        ("latency_s", "from dispatch to outcome, seconds"),
    ],
};

/// `attendees.csv`.
pub const ATTENDEES: Table = Table {
    file: "attendees.csv",
    row: "an attendee with an outcome, by its instant",
    columns: &[
        FORMAT_COLUMN,
        REQUEST,
        ("attendee", "number within the request, from 0"),
        ("asked", "address asked for"),
        PATH,
        OBJECT,
        (
            "cache",
            "what the URL cache said; empty: no path was chosen",
        ),
        TARGET,
        ("ended", "instant, RFC 3339"),
        ("outcome", "view or failed"),
        ("level", "level of the view; empty: failed"),
        CAUSE,
        CODE,
        INNER,
        SIDE,
        LAYER,
        LEG_OF_FAILURE,
    ],
};

/// `tokens.csv`.
pub const TOKENS: Table = Table {
    file: "tokens.csv",
    row: "a delegation token that was issued, refused or used again, by its instant",
    columns: &[
        FORMAT_COLUMN,
        REQUEST,
        GROUP,
        ("at", "instant, RFC 3339"),
        ("event", "issued, refused or reused"),
        ("leg", "leg that it was asked for in"),
        ("data_centre", "data centre of the gateway; empty: reused"),
        ("offer", "what it allows; empty: refused"),
        ("audience", "application URI that it is made out to"),
        ("not_before", "instant, RFC 3339, by the gateway's clock"),
        ("honoured_until", "end of its offer, instant, RFC 3339"),
        ("signed_by", "gateway and number of its signing certificate"),
        ("encrypted_for", "certificate that it is encrypted for"),
        ("email", "address of the user it speaks for"),
        (
            "bytes",
            "size of the answer that carried it, bytes; empty: not issued now",
        ),
        ("cause", "why it was refused"),
    ],
};

/// `digests.csv`.
pub const DIGESTS: Table = Table {
    file: "digests.csv",
    row: "an organization that asked, by name",
    columns: &[
        FORMAT_COLUMN,
        ("organization", "its name"),
        (
            "digest",
            "fingerprint of everything observed of its requests",
        ),
    ],
};

/// All tables.
pub const TABLES: &[Table] = &[REQUESTS, GROUPS, ATTENDEES, TOKENS, DIGESTS];

/// Writes a table of rows.
///
/// # Errors
/// Those of the writer.
pub fn write<W: io::Write, R>(
    table: &Table,
    out: W,
    rows: &[R],
    cells: impl Fn(&R) -> Vec<String>,
) -> io::Result<()> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(table.columns.iter().map(|column| column.0))?;
    for row in rows {
        let cells = cells(row);
        debug_assert_eq!(cells.len() + 1, table.columns.len(), "{}", table.file);
        let format = [FORMAT.to_string()];
        writer.write_record(format.iter().chain(&cells))?;
    }
    writer.flush()
}

/// Writes the cells of rows with the names of one federation.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a>(pub &'a Federation);

impl Cells<'_> {
    /// The cells of a request, after the format.
    pub fn request(&self, row: &RequestRow) -> Vec<String> {
        let federation = self.0;
        let outcome = row.outcome.map_or("in-flight", |outcome| outcome.word());
        vec![
            self.identity(row.request),
            organization_name(federation, row.request.requester).to_owned(),
            federation.workloads[row.request.workload].name.to_string(),
            row.request.number.to_string(),
            instant_text(row.sent),
            self.address(row.from),
            row.attendees.to_string(),
            seconds(row.window),
            row.view.to_string(),
            row.server
                .map_or(String::new(), |id| server_name(federation, id)),
            row.groups.to_string(),
            row.tokens.to_string(),
            outcome.to_owned(),
            if row.outcome.is_some() {
                row.views.to_string()
            } else {
                String::new()
            },
            instant_text(row.ended),
            row.latency.map_or(String::new(), seconds),
        ]
    }

    /// The cells of a group, after the format.
    pub fn group(&self, row: &GroupRow) -> Vec<String> {
        let (outcome, failure) = match row.outcome {
            GroupOutcome::Answered => ("answered", None),
            GroupOutcome::Failed(failure) => ("failed", Some(failure)),
        };
        let mut cells = vec![
            self.identity(row.request),
            row.group.to_string(),
            instant_text(row.dispatched),
            row.path.kind().to_string(),
            path_object_name(self.0, row.path).to_owned(),
            self.0.names.text(row.domain).to_owned(),
            self.organization(row.target),
            row.attendees.to_string(),
            row.endpoint.map_or(String::new(), |url| self.url(url)),
            instant_text(row.ended),
            outcome.to_owned(),
        ];
        cells.extend(failure_cells(failure));
        cells.push(seconds(row.latency));
        cells
    }

    /// The cells of an attendee, after the format.
    pub fn attendee(&self, row: &AttendeeRow) -> Vec<String> {
        let (outcome, level, failure) = match row.outcome {
            AttendeeOutcome::View(level) => ("view", level.to_string(), None),
            AttendeeOutcome::Failed(failure) => ("failed", String::new(), Some(failure)),
        };
        let object = |path: PathObject| path_object_name(self.0, path).to_owned();
        let mut cells = vec![
            self.identity(row.request),
            row.attendee.to_string(),
            self.address(row.asked),
            row.path
                .map_or(String::new(), |path: PathKind| path.to_string()),
            row.object.map_or(String::new(), object),
            row.cache.map_or(String::new(), |cache| cache.to_string()),
            self.organization(row.target),
            instant_text(row.ended),
            outcome.to_owned(),
            level,
        ];
        cells.extend(failure_cells(failure));
        cells
    }

    /// The cells of a token, after the format.
    pub fn token(&self, row: &TokenRow) -> Vec<String> {
        let (event, data_centre, token, bytes, cause) = match row.event {
            TokenEvent::Issued(id, token, bytes) => {
                ("issued", Some(id), Some(token), bytes.to_string(), "")
            }
            TokenEvent::Refused(id, cause) => {
                ("refused", Some(id), None, String::new(), cause.id())
            }
            TokenEvent::Reused(token) => ("reused", None, Some(token), String::new(), ""),
        };
        let data_centre = data_centre.map_or("", |id| &self.0.data_centres[id].name);
        let mut cells = vec![
            self.identity(row.request),
            row.group.to_string(),
            instant_text(row.at),
            event.to_owned(),
            row.leg.to_string(),
            data_centre.to_owned(),
        ];
        cells.extend(self.token_cells(token));
        cells.extend([bytes, cause.to_owned()]);
        cells
    }

    /// Offer, audience, both ends of its life, signer, certificate, user.
    fn token_cells(&self, token: Option<DelegationToken>) -> [String; 7] {
        let Some(token) = token else {
            return Default::default();
        };
        let federation = self.0;
        let honoured_until: Instant = token.not_before + token.offer.row().duration;
        [
            token.offer.to_string(),
            federation.names.text(token.audience).to_owned(),
            instant_text(token.not_before),
            instant_text(honoured_until),
            signer_name(federation, &token),
            certificate_name(federation, &token),
            token
                .email
                .map_or(String::new(), |address| self.address(address)),
        ]
    }

    fn identity(&self, request: RequestIdentity) -> String {
        self.0.request_name(request)
    }

    fn address(&self, address: Address) -> String {
        self.0.address_text(address)
    }

    fn url(&self, url: Url) -> String {
        self.0.url_text(url)
    }

    fn organization(&self, organization: Option<OrgId>) -> String {
        organization.map_or(String::new(), |id| organization_name(self.0, id).to_owned())
    }
}

/// Writes one of the [`TABLES`].
///
/// # Errors
/// Those of the writer.
///
/// # Panics
/// If there is no table of this name.
pub fn write_table<W: io::Write>(
    file: &str,
    out: W,
    federation: &Federation,
    rows: &RowLists,
    digest: &Digest,
) -> io::Result<()> {
    let cells = Cells(federation);
    match file {
        "requests.csv" => write(&REQUESTS, out, &rows.requests, |row| cells.request(row)),
        "groups.csv" => write(&GROUPS, out, &rows.groups, |row| cells.group(row)),
        "attendees.csv" => write(&ATTENDEES, out, &rows.attendees, |row| cells.attendee(row)),
        "tokens.csv" => write(&TOKENS, out, &rows.tokens, |row| cells.token(row)),
        "digests.csv" => {
            let mut digests: Vec<_> = digest
                .requesters()
                .map(|(id, digest)| (organization_name(federation, id), digest))
                .collect();
            digests.sort();
            write(&DIGESTS, out, &digests, |(name, digest)| {
                vec![(*name).to_owned(), digest.to_string()]
            })
        }
        other => panic!("there is no table `{other}`"),
    }
}

/// Cause, code, code inside, side, layer, leg.
fn failure_cells(failure: Option<Failure>) -> [String; 6] {
    let Some(failure) = failure else {
        return Default::default();
    };
    [
        failure.cause.to_string(),
        failure.code.number().to_string(),
        failure
            .inner
            .map_or(String::new(), |code| code.number().to_string()),
        failure.side.to_string(),
        failure.layer().to_string(),
        failure.leg.map_or(String::new(), |leg| leg.to_string()),
    ]
}

/// A span in seconds, exact: `0.485000000`.
fn seconds(span: Span) -> String {
    let nanoseconds = span.nanoseconds();
    format!(
        "{}.{:09}",
        nanoseconds / 1_000_000_000,
        nanoseconds % 1_000_000_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;
    use crate::model::observation::Recorder;
    use crate::record::fixture::{federation, journey};
    use crate::record::{Log, Rows};

    fn written(file: &str) -> String {
        let federation = federation();
        let mut rows = Rows::new(Log::All);
        let mut digest = Digest::new();
        let mut all = journey(0, 1, Ok(()));
        all.extend(journey(1_000, 2, Err(Cause::TokenSignatureUnknown)));
        for observation in &all {
            rows.observe(federation, observation);
            digest.observe(federation, observation);
        }
        let rows = rows.finish(federation);
        let mut out = Vec::new();
        write_table(file, &mut out, federation, &rows, &digest).expect("a buffer takes all");
        String::from_utf8(out).expect("tables are text")
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        for table in TABLES {
            let text = written(table.file);
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            let headers = reader.headers().expect("there is a header").len();
            assert_eq!(headers, table.columns.len(), "{}", table.file);
            let rows = reader.records().map(|row| row.map(|row| row.len()));
            let lengths: Vec<usize> = rows.collect::<Result<_, _>>().expect("all rows read");
            assert!(
                !lengths.is_empty() && lengths.iter().all(|n| *n == headers),
                "{text}"
            );
        }
    }

    #[test]
    fn a_row_is_written_with_names_and_units() {
        let text = written("attendees.csv");
        let last = text.lines().last().expect("there are rows");
        let expected = "1,contoso/ask#2,0,bob@fabrikam.com,relationship,contoso -> fabrikam,hit,\
                        fabrikam,2026-03-02T08:00:01.490000000Z,failed,,token.signature-unknown,\
                        5016,,target,token,availability";
        assert_eq!(last, expected);
        let text = written("tokens.csv");
        let last = text.lines().last().expect("there are rows");
        let expected = "1,contoso/ask#2,0,2026-03-02T08:00:01.212000000Z,issued,free-busy-token,\
                        business-1,SharingCalendarFreeBusy,FYDIBOHF25SPDLT.fabrikam.com,\
                        2026-03-02T08:00:01.212000000Z,2026-03-02T08:05:01.212000000Z,business#1,\
                        fabrikam/federation,ann@contoso.com,9000,";
        assert_eq!(last, expected);
        assert!(written("requests.csv").contains(",604800.000000000,"));
    }
}
