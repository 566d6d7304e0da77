//! The row logs as CSV: columns, the cells of a row, and the files that rows go into.
//!
//! It knows no directory but the one it is given. Invariant: rows stand in a file in the order in which
//! they were taken, and the first error of a file is kept until somebody asks for it.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use ::csv::Writer;

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::address::{Address, Url};
use crate::model::observation::{PathKind, PathObject, RequestIdentity};
use crate::model::organization::OrgId;
use crate::model::outcome::{Asks, AttendeeOutcome, Failure, GroupOutcome};
use crate::model::token::DelegationToken;
use crate::record::naming::{
    certificate_name, instant_text, organization_name, path_object_name, server_name, signer_name,
};
use crate::record::rows::{AttendeeRow, GroupRow, RequestRow, TokenEvent, TokenRow};
use crate::record::{RowLists, RowSink};

use super::{Column, FORMAT_COLUMN, Table, seconds, start, write_row};

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
        ("attempt", "0, or which retry of it"),
        ("sent", "instant, RFC 3339"),
        ("from", "address of the user who asks"),
        ("attendees", "how many addresses it names"),
        ("asks", "what is asked for, such as free-busy or mail-tips"),
        (
            "window_s",
            "length of time asked about, seconds; empty: no calendar is asked for",
        ),
        (
            "view",
            "form of the answer asked for; empty: no calendar is asked for",
        ),
        ("server", "server that took it; empty: none yet"),
        ("groups", "groups that left"),
        ("tokens", "delegation tokens issued before it ended"),
        ("outcome", "complete, partial, failed or in-flight"),
        ("views", "attendees with a view; empty: in flight"),
        (
            "answered",
            "attendees with MailTips or something else that is no view; empty: in flight",
        ),
        (
            "ended",
            "instant at which its server answered, or of the end of the run, RFC 3339",
        ),
        (
            "latency_s",
            "from sending to receiving, with the way back to the client, seconds; empty: in flight",
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
        (
            "outcome",
            "view, answered (with something else than a view, such as MailTips) or failed",
        ),
        (
            "level",
            "level of the view, or with what it was answered; empty: failed",
        ),
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

/// The files of a row log.
#[derive(Debug)]
pub struct RowFiles {
    /// In the order of [`ROW_TABLES`].
    files: Vec<RowFile>,
    error: Option<(PathBuf, io::Error)>,
}

#[derive(Debug)]
struct RowFile {
    path: PathBuf,
    writer: Writer<BufWriter<File>>,
}

/// The tables of a row log.
pub const ROW_TABLES: [&Table; 4] = [&REQUESTS, &GROUPS, &ATTENDEES, &TOKENS];

impl RowFiles {
    /// New files in a directory, with their headers.
    ///
    /// # Errors
    /// What the system refused, and where.
    pub fn create(directory: &Path) -> Result<RowFiles, (PathBuf, io::Error)> {
        let create = |table: &&Table| {
            let path = directory.join(table.file);
            let file = File::create(&path).and_then(|file| start(table, BufWriter::new(file)));
            match file {
                Ok(writer) => Ok(RowFile { path, writer }),
                Err(error) => Err((path, error)),
            }
        };
        let files: Result<Vec<_>, _> = ROW_TABLES.iter().map(create).collect();
        Ok(RowFiles {
            files: files?,
            error: None,
        })
    }

    /// Writes what is still to be written.
    ///
    /// # Errors
    /// The first thing that the system refused, and where.
    pub fn finish(mut self) -> Result<(), (PathBuf, io::Error)> {
        for file in &mut self.files {
            if let (None, Err(error)) = (&self.error, file.writer.flush()) {
                self.error = Some((file.path.clone(), error));
            }
        }
        self.error.map_or(Ok(()), Err)
    }

    fn write<R>(&mut self, place: usize, rows: &[R], cells: impl Fn(&R) -> Vec<String>) {
        let file = &mut self.files[place];
        let mut rows = rows.iter();
        if self.error.is_none()
            && let Err(error) = rows.try_for_each(|row| write_row(&mut file.writer, &cells(row)))
        {
            self.error = Some((file.path.clone(), error));
        }
    }
}

impl RowSink for RowFiles {
    fn take(&mut self, federation: &Federation, rows: &RowLists) {
        let cells = Cells(federation);
        self.write(0, &rows.requests, |row| cells.request(row));
        self.write(1, &rows.groups, |row| cells.group(row));
        self.write(2, &rows.attendees, |row| cells.attendee(row));
        self.write(3, &rows.tokens, |row| cells.token(row));
    }

    fn forget(&mut self) {
        let directory = self.files[0].path.parent().map(Path::to_owned);
        match RowFiles::create(&directory.unwrap_or_default()) {
            Ok(files) => *self = files,
            Err(error) => self.error = Some(error),
        }
    }
}

/// Writes the cells of rows with the names of one federation.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a>(pub &'a Federation);

impl Cells<'_> {
    /// The cells of a request, after the format.
    pub fn request(&self, row: &RequestRow) -> Vec<String> {
        let federation = self.0;
        let outcome = row.outcome.map_or("in-flight", |outcome| outcome.word());
        let of_calendars = row.asks == Asks::FreeBusy;
        let if_calendars = |cell: String| if of_calendars { cell } else { String::new() };
        let (views, answered) = if of_calendars {
            (row.views, 0)
        } else {
            (0, row.views)
        };
        let if_ended = |count: u16| row.outcome.map_or(String::new(), |_| count.to_string());
        vec![
            self.identity(row.request),
            organization_name(federation, row.request.requester).to_owned(),
            federation.workloads[row.request.workload].name.to_string(),
            row.request.number.to_string(),
            row.request.attempt.to_string(),
            instant_text(row.sent),
            self.address(row.from),
            row.attendees.to_string(),
            row.asks.to_string(),
            if_calendars(seconds(row.window)),
            if_calendars(row.view.to_string()),
            row.server
                .map_or(String::new(), |id| server_name(federation, id)),
            row.groups.to_string(),
            row.tokens.to_string(),
            outcome.to_owned(),
            if_ended(views),
            if_ended(answered),
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
            AttendeeOutcome::Answered(answer) => ("answered", answer.to_string(), None),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;
    use crate::model::observation::Recorder;
    use crate::record::fixture::{federation, journey};
    use crate::record::{Log, Rows};

    fn lists() -> RowLists {
        let federation = federation();
        let mut lists = RowLists::default();
        let mut rows = Rows::new(Log::All, 0, &mut lists);
        let mut all = journey(0, 1, Ok(()));
        all.extend(journey(1_000, 2, Err(Cause::TokenSignatureUnknown)));
        for observation in &all {
            rows.observe(federation, observation);
        }
        rows.finish(federation);
        lists
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let (lists, cells) = (lists(), Cells(federation()));
        let lengths = [
            cells.request(&lists.requests[0]).len(),
            cells.group(&lists.groups[0]).len(),
            cells.attendee(&lists.attendees[0]).len(),
            cells.token(&lists.tokens[0]).len(),
        ];
        let columns = ROW_TABLES.map(|table| table.columns.len() - 1);
        assert_eq!(lengths, columns);
    }

    #[test]
    fn a_row_is_written_with_names_and_units() {
        let (lists, cells) = (lists(), Cells(federation()));
        let expected = "contoso/ask#2,0,bob@fabrikam.com,relationship,contoso -> fabrikam,hit,\
                        fabrikam,2026-03-02T08:00:01.490000000Z,failed,,token.signature-unknown,\
                        5016,,target,token,availability";
        assert_eq!(cells.attendee(&lists.attendees[1]).join(","), expected);
        let expected = "contoso/ask#2,0,2026-03-02T08:00:01.212000000Z,issued,free-busy-token,\
                        business-1,SharingCalendarFreeBusy,FYDIBOHF25SPDLT.fabrikam.com,\
                        2026-03-02T08:00:01.212000000Z,2026-03-02T08:05:01.212000000Z,business#1,\
                        fabrikam/federation,ann@contoso.com,9000,";
        assert_eq!(cells.token(&lists.tokens[1]).join(","), expected);
        let window = "604800.000000000".to_owned();
        assert!(cells.request(&lists.requests[0]).contains(&window));
    }
}
