//! The command line.

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Reads, replays and verifies Whystall evidence.
#[derive(Parser)]
#[command(name = "whystall", version, after_help = EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  all went well
  1  a file is no evidence, was altered, or does not replay to its verdict
  2  wrong usage, or a file cannot be read

FILE may be - for standard input. Colours follow NO_COLOR.";

#[derive(Subcommand)]
pub enum Command {
    /// Say in words why playback stalled and where the time went
    ///
    /// The evidence is verified first: what does not replay to its own verdict is not explained.
    #[command(after_help = EXIT_CODES)]
    Explain {
        #[command(flatten)]
        files: Files,
        /// Language of the words, e.g. de
        #[arg(long, default_value = "en", value_name = "TAG")]
        language: String,
    },
    /// Replay the recorded inputs and print the verdict, in canonical JSON
    #[command(after_help = EXIT_CODES)]
    Replay {
        /// Evidence file
        file: PathBuf,
    },
    /// Check form, hash, and that the inputs replay to the very bytes of the verdict
    #[command(after_help = EXIT_CODES)]
    Verify {
        #[command(flatten)]
        files: Files,
    },
}

#[derive(clap::Args)]
pub struct Files {
    /// Evidence files
    #[arg(value_name = "FILE", required = true)]
    pub names: Vec<PathBuf>,
    /// Print one JSON object a line for each file
    #[arg(long)]
    pub json: bool,
}
