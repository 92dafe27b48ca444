//! `whystall`: see `--help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    whystall_cli::run()
}
