//! The command line.

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Explains, verifies, replays, counts and exports the evidence of stalls, offline.
#[derive(Parser)]
#[command(name = "whystall", version, after_help = AFTER)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

pub const AFTER: &str = "\
Exit codes:
  0  all went well
  1  a file is no evidence or was altered, or its facts do not give its verdict; of a card, its picture too
  2  wrong usage, or a file cannot be read
  3  a file was made by another version, with whose rules this program cannot replay it
Of several files the worst counts: 2 before 1 before 3. No file stops the others.

FILE is evidence (*.whystall) or a card (PNG) with evidence in it, whatever its name, or - for standard input.
Of a directory, all *.whystall and *.png in it and below are taken, in the order of their names.
Colours follow NO_COLOR.";

#[derive(Subcommand)]
pub enum Command {
    /// Say in words why playback stalled and where the time went
    ///
    /// The evidence is verified first: what does not replay to its own verdict is not explained.
    #[command(after_help = AFTER)]
    Explain {
        #[command(flatten)]
        files: Files,
        /// Print one JSON object a line for each file
        #[arg(long)]
        json: bool,
        /// Language of the words, e.g. de
        #[arg(long, default_value = "en", value_name = "TAG")]
        language: String,
    },
    /// Check form, hash, and that the facts replay to the very bytes of the verdict; of a card, its picture too
    #[command(after_help = AFTER)]
    Verify {
        #[command(flatten)]
        files: Files,
        /// Print one JSON object a line for each file
        #[arg(long)]
        json: bool,
    },
    /// Replay the recorded facts and print the verdict, in canonical JSON
    #[command(after_help = AFTER)]
    Replay {
        /// Evidence or card
        file: PathBuf,
    },
    /// Count stalls: by zone, cause, host and hour of the day
    ///
    /// Each file is verified first, and counts once however many copies of it there are. What the figures mean:
    /// docs/export.md.
    #[command(after_help = AFTER)]
    Stats {
        #[command(flatten)]
        files: Files,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write a table with a row for each stall, for DuckDB, ClickHouse or a spreadsheet
    ///
    /// Each file is verified first, and has one row however many copies of it there are. The columns: docs/export.md;
    /// queries over them: queries/.
    #[command(after_help = AFTER)]
    Export {
        #[command(flatten)]
        files: Files,
        /// Form of the table
        #[arg(long, value_enum)]
        format: Format,
        /// Where to; is there when it is complete [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Print what makes this shell complete the commands and options of whystall
    Completions {
        /// Which
        shell: Shell,
    },
    /// Print the manual page, in troff
    Man {
        /// Of this command, e.g. verify [default: of all]
        command: Option<String>,
    },
}

#[derive(clap::Args)]
pub struct Files {
    /// Evidence, cards, or directories of them
    #[arg(value_name = "FILE|DIR", required = true)]
    pub names: Vec<PathBuf>,
    /// How many files to work on at a time [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Csv,
    Parquet,
}
