//! Formatting, lints and syntax.

use crate::process::{cargo, command, has_extension, run as execute, source_files};
use crate::setup::WASM_TARGET;
use anyhow::Result;

/// Runs them all; the first that fails ends it.
pub fn run() -> Result<()> {
    execute(&mut cargo(["fmt", "--all", "--check"]))?;
    execute(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    // The bindings compile to nothing of interest but on their own target.
    let bindings = ["--package", "whystall-web", "--package", "whystall-pages", "--target", WASM_TARGET];
    execute(cargo(["clippy"]).args(bindings).args(["--", "--deny", "warnings"]))?;
    for file in source_files()?.iter().filter(|file| has_extension(file, &["js", "mjs"])) {
        execute(command("node", ["--check"]).arg(file))?;
    }
    Ok(())
}
