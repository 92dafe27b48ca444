//! As Parquet: flat columns, compressed by Snappy, which every reader knows.

use super::{Cell, Column, Kind, columns};
use crate::row::Row;
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::Arc;

/// Rows held until they are written together: some 40 MB of memory. Readers work on as many groups at a time as they like.
const GROUP: usize = 1 << 16;

/// A table under way.
pub struct Table<To: Write + Send> {
    columns: Vec<Column>,
    writer: SerializedFileWriter<To>,
    rows: Vec<Row>,
}

impl<To: Write + Send> Table<To> {
    pub fn new(to: To) -> io::Result<Table<To>> {
        let columns = columns();
        let schema = parse_message_type(&schema(&columns)).map_err(io::Error::from)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?;
        Ok(Table { columns, writer, rows: Vec::new() })
    }

    pub fn push(&mut self, row: Row) -> io::Result<()> {
        self.rows.push(row);
        if self.rows.len() == GROUP { self.write() } else { Ok(()) }
    }

    pub fn finish(mut self) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.write()?;
        }
        self.writer.into_inner()?.flush()
    }

    fn write(&mut self) -> io::Result<()> {
        let mut group = self.writer.next_row_group()?;
        for column in &self.columns {
            let cells = self.rows.iter().map(|row| column.of(row));
            let mut to = group.next_column()?.ok_or_else(|| ParquetError::EOF(column.name.clone()))?;
            match column.kind {
                Kind::Text | Kind::MaybeText => fill(to.typed::<ByteArrayType>(), cells, text)?,
                Kind::Whole | Kind::MaybeWhole => fill(to.typed::<Int64Type>(), cells, whole)?,
                Kind::Flag => fill(to.typed::<BoolType>(), cells, flag)?,
            }
            to.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

/// As Parquet's own notation has it.
fn schema(columns: &[Column]) -> String {
    let field = |column: &Column| {
        let (repetition, kind, logical) = match column.kind {
            Kind::Text => ("required", "binary", " (STRING)"),
            Kind::MaybeText => ("optional", "binary", " (STRING)"),
            Kind::Whole => ("required", "int64", ""),
            Kind::MaybeWhole => ("optional", "int64", ""),
            Kind::Flag => ("required", "boolean", ""),
        };
        format!("{repetition} {kind} {}{logical};", column.name)
    };
    format!("message stalls {{ {} }}", columns.iter().map(field).collect::<Vec<_>>().join(" "))
}

/// Writes what is there, and for each row whether it is (which a required column has no use for, and passes over).
fn fill<'row, Type: DataType>(
    to: &mut ColumnWriterImpl<'_, Type>,
    cells: impl Iterator<Item = Cell<'row>>,
    value: fn(Cell) -> Option<Type::T>,
) -> Result<(), ParquetError> {
    let cells: Vec<Option<Type::T>> = cells.map(value).collect();
    let there: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<Type::T> = cells.into_iter().flatten().collect();
    to.write_batch(&values, Some(&there), None)?;
    Ok(())
}

fn text(cell: Cell) -> Option<ByteArray> {
    let Cell::Text(text) = cell else { return None };
    Some(text.into_owned().into_bytes().into())
}

fn whole(cell: Cell) -> Option<i64> {
    let Cell::Whole(number) = cell else { return None };
    Some(number)
}

fn flag(cell: Cell) -> Option<bool> {
    let Cell::Flag(flag) = cell else { return None };
    Some(flag)
}
