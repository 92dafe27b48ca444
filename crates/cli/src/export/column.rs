//! The columns, in both forms of the table alike. docs/export.md says what they mean; a test holds it to this list.

use crate::row::{Row, id, ids, prefix};
use std::borrow::Cow;
use whystall::time::Micros;
use whystall::verdict::Zone;

type Of = Box<dyn Fn(&Row) -> Cell<'_> + Send>;

/// A column.
pub struct Column {
    /// Its name, with the unit.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    of: Of,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text, or nothing.
    MaybeText,
    Whole,
    /// A whole number, or nothing.
    MaybeWhole,
    Flag,
}

/// What a row has in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'row> {
    Text(Cow<'row, str>),
    Whole(i64),
    Flag(bool),
    Nothing,
}

impl Column {
    /// What this row has here.
    pub fn of<'row>(&self, row: &'row Row) -> Cell<'row> {
        (self.of)(row)
    }
}

/// All columns, in order; those of zones in path order.
pub fn columns() -> Vec<Column> {
    let mut all = Vec::new();
    let mut add = |name: &str, kind, of: Of| {
        all.push(Column { name: name.to_owned(), kind, of });
    };
    let zones = || Zone::ALL.into_iter().map(|zone| (zone, id(zone)));
    add("sha256", Kind::Text, Box::new(|row| Cell::Text(Cow::from(&row.sha256))));
    add("file", Kind::Text, Box::new(|row| Cell::Text(Cow::from(&row.file))));
    add("build", Kind::Text, Box::new(|row| Cell::Text(Cow::from(&row.build))));
    add("model", Kind::Whole, Box::new(|row| Cell::Whole(row.model.into())));
    add("began_at_unix_us", Kind::MaybeWhole, Box::new(|row| maybe_whole(row.dated().map(|began| began.0))));
    add("began_date_utc", Kind::MaybeText, Box::new(|row| maybe(row.date())));
    add("began_hour_utc", Kind::MaybeWhole, Box::new(|row| maybe_whole(row.hour())));
    add("position_us", Kind::Whole, Box::new(|row| Cell::Whole(row.position.0)));
    add("duration_us", Kind::Whole, Box::new(|row| micros(row.duration)));
    add("kind", Kind::Text, Box::new(|row| text(id(row.kind))));
    add("ending", Kind::MaybeText, Box::new(|row| maybe(row.ending.map(id))));
    add("cause", Kind::Text, Box::new(|row| Cell::Text(Cow::from(&row.cause))));
    add(
        "host",
        Kind::MaybeText,
        Box::new(|row| row.host.as_ref().map_or(Cell::Nothing, |host| Cell::Text(host.into()))),
    );
    add("host_network", Kind::MaybeText, Box::new(|row| maybe(row.network.map(prefix))));
    add("tracks", Kind::Text, Box::new(|row| text(ids(&row.tracks))));
    add("zones", Kind::Text, Box::new(|row| text(ids(&row.zones))));
    add("zones_count", Kind::Whole, Box::new(|row| Cell::Whole(row.zones.len() as i64)));
    for (zone, name) in zones() {
        add(&format!("zone_{name}"), Kind::Flag, Box::new(move |row| Cell::Flag(row.zones.contains(&zone))));
    }
    add("cleared", Kind::Text, Box::new(|row| text(ids(&row.cleared))));
    for (zone, name) in zones() {
        let of: Of = Box::new(move |row| Cell::Flag(row.cleared.contains(&zone)));
        add(&format!("cleared_{name}"), Kind::Flag, of);
    }
    let unchecked: Of = Box::new(|row| maybe(row.unchecked.as_deref().map(ids)));
    add("zones_before_check", Kind::MaybeText, unchecked);
    add("path_split", Kind::Flag, Box::new(|row| Cell::Flag(row.path_split)));
    for (zone, name) in zones() {
        let of: Of = Box::new(move |row| micros(row.times.of_zone(zone).direct));
        add(&format!("direct_{name}_us"), Kind::Whole, of);
    }
    for (zone, name) in zones() {
        let of: Of = Box::new(move |row| micros(row.times.of_zone(zone).believed));
        add(&format!("believed_{name}_us"), Kind::Whole, of);
    }
    add("undivided_us", Kind::Whole, Box::new(|row| micros(row.times.undivided)));
    add("chronic_us", Kind::Whole, Box::new(|row| micros(row.times.chronic)));
    add("unexplained_us", Kind::Whole, Box::new(|row| micros(row.times.unexplained)));
    add("largest_stage", Kind::MaybeText, Box::new(|row| maybe(row.stage.map(|(stage, _)| id(stage)))));
    let share: Of = Box::new(|row| maybe_whole(row.stage.map(|(_, share)| share.0)));
    add("largest_stage_us", Kind::MaybeWhole, share);
    add("findings", Kind::Text, Box::new(|row| text(row.findings.join(","))));
    add("not_observed", Kind::Text, Box::new(|row| text(row.not_observed.join(","))));
    all
}

fn micros(time: Micros) -> Cell<'static> {
    Cell::Whole(time.0)
}

fn text(text: String) -> Cell<'static> {
    Cell::Text(text.into())
}

fn maybe(some: Option<String>) -> Cell<'static> {
    some.map_or(Cell::Nothing, text)
}

fn maybe_whole(some: Option<i64>) -> Cell<'static> {
    some.map_or(Cell::Nothing, Cell::Whole)
}
