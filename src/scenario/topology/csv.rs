//! A topology as comma-separated values: a file of links, and one of sites if need be.
//!
//! It knows nothing of GraphML. Links have `from` and `to`; `rtt` or `km`, `bandwidth` and `loss` are
//! there if they are known. Sites have `name`; `city`, `continent`, `latitude` and `longitude`,
//! `time_zone` are there if they are known. Columns of other names are notes. Invariant: an empty
//! field says nothing.

use std::collections::BTreeMap;

use super::{Link, ROWS_MAX, Site, Way, too_many};
use crate::model::network::Coordinates;
use crate::scenario::diagnostic::{Diagnostic, Location};
use crate::scenario::instants;
use crate::scenario::places;
use crate::scenario::quantity::{self, QuantityError};
use crate::scenario::read::names;
use crate::scenario::side_file::SideFile;
use crate::scenario::side_file::table::{Field, Row, Rows};

/// A table with its file.
struct Reading<'f> {
    file: &'f SideFile,
    rows: Rows<'f>,
}

/// Reads a file of sites.
pub(super) fn sites(file: &SideFile) -> Result<Vec<Site>, Diagnostic> {
    let mut reading = Reading::of(file)?;
    reading.rows.require("name")?;
    let mut sites: Vec<Site> = Vec::new();
    let mut seen: BTreeMap<String, Location> = BTreeMap::new();
    while let Some(row) = reading.rows.next_row()? {
        let at = file.place(row.range.clone());
        if sites.len() == ROWS_MAX {
            return Err(too_many(file, at));
        }
        let name = reading.name(&row, "name")?;
        if let Some(first) = seen.insert(name.clone(), at) {
            let message = format!("two sites are called `{name}`");
            let found = file.error("duplicate-name", at.range(), message);
            return Err(found
                .also(first, "the first")
                .help("give each site a name of its own"));
        }
        sites.push(Site {
            name,
            at,
            city: reading.text(&row, "city"),
            continent: reading.text(&row, "continent"),
            coordinates: reading.coordinates(&row)?,
            time_zone: reading.zone(&row)?,
        });
    }
    Ok(sites)
}

/// Reads a file of links.
pub(super) fn links(file: &SideFile) -> Result<Vec<Link>, Diagnostic> {
    let mut reading = Reading::of(file)?;
    reading.rows.require("from")?;
    reading.rows.require("to")?;
    let mut links: Vec<Link> = Vec::new();
    while let Some(row) = reading.rows.next_row()? {
        let at = file.place(row.range.clone());
        if links.len() == ROWS_MAX {
            return Err(too_many(file, at));
        }
        let ends = [reading.name(&row, "from")?, reading.name(&row, "to")?];
        if ends[0] == ends[1] {
            let message = format!("a link from `{}` to itself", ends[0]);
            let found = file.error("bad-value", at.range(), message);
            return Err(found.help("a link joins two sites"));
        }
        let bandwidth = reading.quantity(&row, "bandwidth", quantity::bandwidth)?;
        let loss = reading.quantity(&row, "loss", quantity::share)?;
        let round_trip = reading.quantity(&row, "rtt", quantity::span)?;
        let kilometres = reading.quantity(&row, "km", quantity::millionths)?;
        let way = match (round_trip, kilometres) {
            (Some((round_trip, at)), _) => Way::RoundTrip(round_trip, at),
            (None, Some((millionths, at))) => Way::Cable(millionths / 1_000, at),
            (None, None) => Way::Coordinates,
        };
        links.push(Link {
            ends,
            at,
            way,
            bandwidth,
            loss,
        });
    }
    Ok(links)
}

impl<'f> Reading<'f> {
    fn of(file: &'f SideFile) -> Result<Reading<'f>, Diagnostic> {
        let rows = Rows::of(file)?;
        Ok(Reading { file, rows })
    }

    /// A field, if its column is there and it is not empty.
    fn field<'r>(&self, row: &'r Row<'f>, column: &str) -> Option<&'r Field<'f>> {
        let field = &row.fields[self.rows.column(column)?];
        (!field.text.is_empty()).then_some(field)
    }

    fn refused(&self, field: &Field<'_>, code: &'static str, message: String) -> Diagnostic {
        self.file.error(code, field.range.clone(), message)
    }

    fn name(&self, row: &Row<'f>, column: &str) -> Result<String, Diagnostic> {
        let Some(field) = self.field(row, column) else {
            let message = format!("`{column}` is empty");
            let found = self.file.error("bad-name", row.range.clone(), message);
            return Err(found.help("each row names its sites"));
        };
        names::name(&field.text).map_err(|refusal| {
            let slug = places::slug(&field.text);
            let help = match slug.is_empty() {
                true => refusal.help,
                false => format!("write `{slug}`, and the name of the city in a column `city`"),
            };
            self.refused(field, "bad-name", refusal.message).help(help)
        })
    }

    fn text(&self, row: &Row<'f>, column: &str) -> Option<(String, Location)> {
        let field = self.field(row, column)?;
        Some((field.text.to_string(), self.file.place(field.range.clone())))
    }

    fn quantity<T>(
        &self,
        row: &Row<'f>,
        column: &str,
        read: impl Fn(&str) -> Result<T, QuantityError>,
    ) -> Result<Option<(T, Location)>, Diagnostic> {
        let Some(field) = self.field(row, column) else {
            return Ok(None);
        };
        match read(&field.text) {
            Ok(value) => Ok(Some((value, self.file.place(field.range.clone())))),
            Err(error) => Err(self
                .refused(field, error.code, error.message)
                .help(error.help)),
        }
    }

    fn coordinates(&self, row: &Row<'f>) -> Result<Option<(Coordinates, Location)>, Diagnostic> {
        let north = self.field(row, "latitude");
        let east = self.field(row, "longitude");
        let (north, east) = match (north, east) {
            (None, None) => return Ok(None),
            (Some(north), Some(east)) => (north, east),
            (Some(field), None) | (None, Some(field)) => {
                let message = "one of `latitude` and `longitude` without the other".to_owned();
                let found = self.refused(field, "bad-coordinates", message);
                return Err(found.help("give both, or neither"));
            }
        };
        let degrees = |field: &Field<'_>| {
            places::microdegrees(&field.text).ok_or_else(|| {
                let message = format!("`{}` is no number of degrees", field.text);
                let found = self.refused(field, "bad-coordinates", message);
                found.help("write degrees such as `47.61`, negative for south and west")
            })
        };
        let place = Coordinates::new(degrees(north)?, degrees(east)?).ok_or_else(|| {
            let message = "these coordinates are beyond a pole or the date line".to_owned();
            let found = self.refused(north, "bad-coordinates", message);
            found.help("latitude is from -90 to 90, longitude from -180 to 180")
        })?;
        Ok(Some((place, self.file.place(north.range.clone()))))
    }

    fn zone(&self, row: &Row<'f>) -> Result<Option<(String, Location)>, Diagnostic> {
        let Some(field) = self.field(row, "time_zone") else {
            return Ok(None);
        };
        let Some((_, name)) = instants::zone(&field.text) else {
            let message = format!("there is no time zone `{}`", field.text);
            let found = self.refused(field, "unknown-zone", message);
            return Err(found.help("write a name of the IANA database, such as `Europe/Berlin`"));
        };
        Ok(Some((name, self.file.place(field.range.clone()))))
    }
}
