//! The columns, in both forms of the table alike. docs/export.md says what they mean; a test holds it to this list.

use crate::row::{Row, id, ids, prefix};
use whystall::time::Micros;
use whystall::verdict::Zone;

/// A column.
pub struct Column {
    /// Its name, with the unit.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    of: Box<dyn Fn(&Row) -> Cell + Send>,
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
pub enum Cell {
    Text(String),
    Whole(i64),
    Flag(bool),
    Nothing,
}

impl Column {
    /// What this row has here.
    pub fn of(&self, row: &Row) -> Cell {
        (self.of)(row)
    }
}

/// All columns, in order; those of zones in path order.
pub fn columns() -> Vec<Column> {
    let mut all = Vec::new();
    let mut add = |name: &str, kind, of: Box<dyn Fn(&Row) -> Cell + Send>| {
        all.push(Column { name: name.to_owned(), kind, of });
    };
    let zones = || Zone::ALL.into_iter().map(|zone| (zone, id(zone)));
    add("sha256", Kind::Text, Box::new(|row| Cell::Text(row.sha256.clone())));
    add("file", Kind::Text, Box::new(|row| Cell::Text(row.file.clone())));
    add("build", Kind::Text, Box::new(|row| Cell::Text(row.build.clone())));
    add("model", Kind::Whole, Box::new(|row| Cell::Whole(row.model.into())));
    add("began_at_unix_us", Kind::Whole, Box::new(|row| Cell::Whole(row.began.0)));
    add("began_date_utc", Kind::Text, Box::new(|row| Cell::Text(row.date_and_hour().0)));
    add("began_hour_utc", Kind::Whole, Box::new(|row| Cell::Whole(row.date_and_hour().1)));
    add("position_us", Kind::Whole, Box::new(|row| Cell::Whole(row.position.0)));
    add("duration_us", Kind::Whole, Box::new(|row| micros(row.duration)));
    add("kind", Kind::Text, Box::new(|row| Cell::Text(id(row.kind))));
    add("ending", Kind::MaybeText, Box::new(|row| maybe(row.ending.map(id))));
    add("cause", Kind::Text, Box::new(|row| Cell::Text(row.cause.clone())));
    add("host", Kind::MaybeText, Box::new(|row| maybe(row.host.clone())));
    add("host_network", Kind::MaybeText, Box::new(|row| maybe(row.network.map(prefix))));
    add("tracks", Kind::Text, Box::new(|row| Cell::Text(ids(&row.tracks))));
    add("zones", Kind::Text, Box::new(|row| Cell::Text(ids(&row.zones))));
    add("zones_count", Kind::Whole, Box::new(|row| Cell::Whole(row.zones.len() as i64)));
    for (zone, name) in zones() {
        add(&format!("zone_{name}"), Kind::Flag, Box::new(move |row| Cell::Flag(row.zones.contains(&zone))));
    }
    add("cleared", Kind::Text, Box::new(|row| Cell::Text(ids(&row.cleared))));
    for (zone, name) in zones() {
        let of = move |row: &Row| Cell::Flag(row.cleared.contains(&zone));
        add(&format!("cleared_{name}"), Kind::Flag, Box::new(of));
    }
    let unchecked = |row: &Row| maybe(row.unchecked.as_deref().map(ids));
    add("zones_before_check", Kind::MaybeText, Box::new(unchecked));
    add("path_split", Kind::Flag, Box::new(|row| Cell::Flag(row.path_split)));
    for (zone, name) in zones() {
        let of = move |row: &Row| micros(row.times.of_zone(zone).direct);
        add(&format!("direct_{name}_us"), Kind::Whole, Box::new(of));
    }
    for (zone, name) in zones() {
        let of = move |row: &Row| micros(row.times.of_zone(zone).believed);
        add(&format!("believed_{name}_us"), Kind::Whole, Box::new(of));
    }
    add("undivided_us", Kind::Whole, Box::new(|row| micros(row.times.undivided)));
    add("chronic_us", Kind::Whole, Box::new(|row| micros(row.times.chronic)));
    add("unexplained_us", Kind::Whole, Box::new(|row| micros(row.times.unexplained)));
    add("largest_stage", Kind::MaybeText, Box::new(|row| maybe(row.stage.map(|(stage, _)| id(stage)))));
    let share = |row: &Row| row.stage.map_or(Cell::Nothing, |(_, share)| micros(share));
    add("largest_stage_us", Kind::MaybeWhole, Box::new(share));
    add("findings", Kind::Text, Box::new(|row| Cell::Text(row.findings.join(","))));
    add("not_observed", Kind::Text, Box::new(|row| Cell::Text(row.not_observed.join(","))));
    all
}

fn micros(time: Micros) -> Cell {
    Cell::Whole(time.0)
}

fn maybe(text: Option<String>) -> Cell {
    text.map_or(Cell::Nothing, Cell::Text)
}
