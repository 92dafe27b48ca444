//! As CSV (RFC 4180).

use super::{Cell, Column, columns};
use crate::row::Row;
use csv::{ErrorKind, Writer};
use std::io::{self, Write};

/// A table under way.
pub struct Table<To: Write> {
    columns: Vec<Column>,
    writer: Writer<To>,
}

impl<To: Write> Table<To> {
    pub fn new(to: To) -> io::Result<Table<To>> {
        let (columns, mut writer) = (columns(), Writer::from_writer(to));
        writer.write_record(columns.iter().map(|column| &column.name)).map_err(plain)?;
        Ok(Table { columns, writer })
    }

    pub fn push(&mut self, row: &Row) -> io::Result<()> {
        let cells = self.columns.iter().map(|column| text(column.of(row)));
        self.writer.write_record(cells).map_err(plain)
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// As the writer beneath has it: whether its reader is gone is not to be lost.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => harmless(text.into_owned()),
        Cell::Whole(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Nothing => String::new(),
    }
}

/// A spreadsheet takes text that begins like this for a formula, and evidence is a stranger's.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn nothing_is_a_formula() {
        assert_eq!(harmless("=HYPERLINK(\"x\")".to_owned()), "'=HYPERLINK(\"x\")");
        assert_eq!(harmless("video.example".to_owned()), "video.example");
    }
}
