//! The extension: Rust → WebAssembly → bindings → dist/chrome and dist/firefox.

use crate::networks;
use crate::process::{cargo, command, output, run as execute, stale};
use crate::setup::{self, WASM_TARGET};
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Builds all of it, installing what is missing.
pub fn run() -> Result<()> {
    setup::building()?;
    core()?;
    pages()?;
    networks::ship()?;
    for browser in BROWSERS {
        pack(browser)?;
    }
    Ok(())
}

/// The names under dist/, and webpack's `--env browser=`.
pub const BROWSERS: [&str; 2] = ["chrome", "firefox"];

/// Bundles the scripts, the core and the pages into dist/.
pub fn pack(browser: &str) -> Result<()> {
    let target = Path::new("dist").join(browser);
    if target.exists() {
        fs::remove_dir_all(&target).with_context(|| format!("removing {}", target.display()))?;
    }
    execute(&mut npx(["webpack", "--env", &format!("browser={browser}")]))
}

/// A program of the npm packages; never one fetched on the fly.
pub fn npx<const N: usize>(words: [&str; N]) -> Command {
    let mut npx = command("npx", ["--no-install"]);
    npx.args(words);
    npx
}

/// The flavour of JavaScript around the core: a module that is handed the bytes to instantiate, and that can start
/// anew after a trap.
const BINDINGS: [&str; 5] = [
    "--target",
    "web",
    "--omit-default-module-path",
    "--no-typescript",
    "--experimental-reset-state-function",
];

/// What rustc's target uses and both browsers have. Never `--all-features`: wasm-opt then emits encodings that
/// browsers refuse.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The core as WebAssembly, with its bindings, into target/wasm.
fn core() -> Result<()> {
    bindings("whystall-web", Path::new("target/wasm"))
}

/// What the extension's own pages need beside it, into target/pages.
fn pages() -> Result<()> {
    bindings("whystall-pages", Path::new("target/pages"))
}

/// A package as WebAssembly, with its bindings, into a directory: built as what ships is.
pub fn bindings(package: &str, directory: &Path) -> Result<()> {
    let bindgen = setup::wasm_bindgen()?;
    let mut compile = cargo(["build", "--package", package, "--profile", "wasm", "--target", WASM_TARGET]);
    execute(compile.env("CARGO_ENCODED_RUSTFLAGS", reproducible_flags()?))?;

    let name = package.replace('-', "_");
    let compiled = Path::new("target").join(WASM_TARGET).join(format!("wasm/{name}.wasm"));
    let small = &directory.join(format!("{name}_bg.wasm"));
    let stamp = &directory.join(".optimised");
    // How it is done is in this program, with what it is done in the other two.
    let makers = [compiled.as_path(), bindgen.as_path(), &env::current_exe()?];
    if small.exists() && makers.iter().all(|maker| !stale(stamp, maker)) {
        return Ok(());
    }
    execute(Command::new(bindgen).args(BINDINGS).arg("--out-dir").arg(directory).arg(&compiled))?;
    execute(npx(["wasm-opt", "-Os"]).args(WASM_FEATURES).arg(small).arg("-o").arg(small))?;
    fs::write(stamp, "")?;
    Ok(())
}

/// Takes this machine's directories out of the panic messages, so that everyone builds the same bytes.
fn reproducible_flags() -> Result<String> {
    let root = env::current_dir()?;
    let home = env::var("HOME").unwrap_or_default();
    let registry = env::var("CARGO_HOME").unwrap_or_else(|_| format!("{home}/.cargo"));
    let sysroot = output(&mut command("rustc", ["--print", "sysroot"]))?;
    let remaps =
        [(root.display().to_string(), "."), (registry, "cargo"), (sysroot.trim().to_owned(), "rust")];
    let flags: Vec<String> =
        remaps.iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect();
    // The separator that CARGO_ENCODED_RUSTFLAGS uses.
    Ok(flags.join("\x1f"))
}
