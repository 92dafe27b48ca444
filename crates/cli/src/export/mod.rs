//! Stalls as a table, in one of two forms.

mod column;
mod csv;
mod parquet;

pub use column::{Cell, Column, Kind, columns};

use crate::row::Row;
use std::io::{self, Write};

/// A table under way. Nothing of it counts before it is [finished](Table::finish).
pub enum Table<To: Write + Send> {
    Csv(Box<csv::Table<To>>),
    Parquet(Box<parquet::Table<To>>),
}

impl<To: Write + Send> Table<To> {
    /// Text with a line for each stall (RFC 4180).
    pub fn csv(to: To) -> io::Result<Table<To>> {
        Ok(Table::Csv(Box::new(csv::Table::new(to)?)))
    }

    /// Parquet.
    pub fn parquet(to: To) -> io::Result<Table<To>> {
        Ok(Table::Parquet(Box::new(parquet::Table::new(to)?)))
    }

    /// One row more.
    pub fn push(&mut self, row: Row) -> io::Result<()> {
        match self {
            Table::Csv(table) => table.push(&row),
            Table::Parquet(table) => table.push(row),
        }
    }

    /// Writes what is left.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Table::Csv(table) => table.finish(),
            Table::Parquet(table) => table.finish(),
        }
    }
}
