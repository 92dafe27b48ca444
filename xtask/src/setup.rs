//! Installs what is missing, and says so.

use crate::fuzz;
use crate::networks;
use crate::process::{cargo, command, find, output, run, stale};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All of it.
pub fn everything() -> Result<()> {
    building()?;
    networks()?;
    running()?;
    println!("nothing is missing");
    Ok(())
}

/// What building the extension needs.
pub fn building() -> Result<()> {
    wasm_target()?;
    wasm_bindgen()?;
    npm_packages(Path::new("."), "webpack, wasm-opt and web-ext")
}

/// What the table of networks is made of.
pub fn networks() -> Result<()> {
    npm_packages(Path::new(networks::DATA), "the open data that tells networks by their addresses")
}

/// What playing a stream in a browser needs.
pub fn running() -> Result<()> {
    npm_packages(Path::new("demo"), "hls.js, and puppeteer that drives the browsers")?;
    system_programs()
}

/// What the laboratory needs, beyond building and playing.
pub fn laboratory() -> Result<()> {
    let missing: Vec<&Program> = LABORATORY.iter().filter(|program| program.missing()).collect();
    for program in &missing {
        say(&format!("the system package {}", program.package), program.why);
    }
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing.iter().map(|program| program.package).collect::<Vec<_>>())
}

/// What measuring needs, beyond building and playing.
pub fn measuring() -> Result<()> {
    peers()?;
    if find("valgrind").is_some() {
        return Ok(());
    }
    say("the system package valgrind", "counts instructions");
    // Without it that part is skipped, and says so.
    if let Err(error) = install(&["valgrind"]) {
        println!("not installed: {error:#}");
    }
    Ok(())
}

/// What fuzzing needs: libFuzzer is built from its sources, in C++.
pub fn fuzzing() -> Result<()> {
    run(&mut cargo(["fetch", "--locked", "--manifest-path", fuzz::MANIFEST]))
        .context("the packages of fuzz/Cargo.toml can't be had")?;
    let compilers = ["c++", "g++", "clang++"];
    if std::env::var_os("CXX").is_some() || compilers.iter().any(|name| find(name).is_some()) {
        return Ok(());
    }
    say("the system package g++", "compiles libFuzzer");
    install(&["g++"])
}

/// The Python that has the engines that the queries are tested on, in an environment of its own.
pub fn engines() -> Result<PathBuf> {
    const WANTED: &str = "tests/queries/requirements.txt";
    let home = Path::new("target/queries");
    let (python, installed) = (home.join("venv/bin/python"), home.join("venv/requirements.txt"));
    let wanted = fs::read_to_string(WANTED)?;
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    say(
        "the Python packages duckdb and chdb",
        "the queries are tested on both engines (into target/queries)",
    );
    let venv = || command("python3", ["-m", "venv", "--clear", "target/queries/venv"]);
    if find("python3").is_none() || run(&mut venv()).is_err() {
        install(&["python3-venv"])?;
        run(&mut venv())?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", WANTED];
    run(Command::new(&python).args(pip))?;
    fs::write(installed, wanted)?;
    Ok(python)
}

/// The programs that Whystall is measured against.
pub fn peers() -> Result<()> {
    npm_packages(Path::new("bench"), "the peers that Whystall is measured against")
}

/// The wasm-bindgen program in the version of the crate: they must match exactly.
pub fn wasm_bindgen() -> Result<PathBuf> {
    let version = locked_version("wasm-bindgen")?;
    let ours = Path::new("target/tools/bin/wasm-bindgen").to_owned();
    let fits = |program: &Path| {
        output(Command::new(program).arg("--version"))
            .is_ok_and(|text| text.split_whitespace().nth(1) == Some(version.as_str()))
    };
    if let Some(program) =
        find("wasm-bindgen").into_iter().chain([ours.clone()]).find(|program| fits(program))
    {
        return Ok(program);
    }
    say(
        &format!("wasm-bindgen-cli {version}"),
        "writes the JavaScript side of the core (into target/tools, a few minutes)",
    );
    // Without --locked: the lock file published with 0.2.130 names a withdrawn crate.
    run(&mut cargo([
        "install",
        "wasm-bindgen-cli",
        "--version",
        &version,
        "--root",
        "target/tools",
        "--force",
    ]))?;
    if !fits(&ours) {
        bail!("{} is not wasm-bindgen {version}", ours.display());
    }
    Ok(ours)
}

/// Target of the core in the browser.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A program that tests and demo start, under any of its names, and the Debian package that brings it.
struct Program {
    names: &'static [&'static str],
    package: &'static str,
    why: &'static str,
}

const PROGRAMS: [Program; 3] = [
    Program {
        names: &["chromium", "chromium-browser", "google-chrome"],
        package: "chromium",
        why: "plays the stream in tests and demo",
    },
    Program {
        names: &["firefox-esr", "firefox"],
        package: "firefox-esr",
        why: "plays the stream in tests and demo",
    },
    Program { names: &["ffmpeg"], package: "ffmpeg", why: "makes the demo's stream" },
];

const LABORATORY: [Program; 4] = [
    Program {
        names: &["nginx"],
        package: "nginx",
        why: "is origin, edges and references (its service is not needed: systemctl disable --now nginx)",
    },
    Program { names: &["ip"], package: "iproute2", why: "gives nodes their addresses and routes" },
    Program { names: &["openssl"], package: "openssl", why: "certifies the laboratory's servers" },
    Program { names: &["curl"], package: "curl", why: "downloads beside the stream" },
];

impl Program {
    /// Those of the system's administrator are not on everyone's search path.
    fn missing(&self) -> bool {
        let there = |name: &&str| find(name).is_some() || Path::new("/usr/sbin").join(name).is_file();
        !self.names.iter().any(there)
    }
}

/// A browser on a bare system draws boxes for letters.
const FONT_PACKAGE: &str = "fonts-dejavu-core";

fn wasm_target() -> Result<()> {
    let sysroot = output(&mut command("rustc", ["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    say(&format!("the Rust target {WASM_TARGET}"), "the core runs as WebAssembly");
    if find("rustup").is_none() {
        bail!("rustup is not there: install the target {WASM_TARGET} with whatever installed your Rust");
    }
    run(&mut command("rustup", ["target", "add", WASM_TARGET]))
}

fn npm_packages(dir: &Path, what: &str) -> Result<()> {
    if !stale(&dir.join("node_modules/.package-lock.json"), &dir.join("package-lock.json")) {
        return Ok(());
    }
    if find("npm").is_none() {
        bail!("Node.js 20 or newer with npm is missing: https://nodejs.org or your system's packages");
    }
    say(&format!("the npm packages of {}", dir.join("package.json").display()), what);
    run(command("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(dir))?;
    // npm leaves the time of an unchanged list alone; its time is how we know that it fits.
    let list = fs::File::options().append(true).open(dir.join("node_modules/.package-lock.json"))?;
    list.set_modified(std::time::SystemTime::now())?;
    Ok(())
}

fn system_programs() -> Result<()> {
    let missing: Vec<&Program> = PROGRAMS.iter().filter(|program| program.missing()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> = missing.iter().map(|program| program.package).collect();
    for program in missing {
        say(&format!("the system package {}", program.package), program.why);
    }
    packages.push(FONT_PACKAGE);
    install(&packages)
}

/// Installs system packages.
fn install(packages: &[&str]) -> Result<()> {
    if find("apt-get").is_none() {
        bail!(
            "please install {} (this is no Debian-like system, so it can't be done from here)",
            packages.join(", ")
        );
    }
    let root = output(&mut command("id", ["-u"]))?.trim() == "0";
    if !root && find("sudo").is_none() {
        bail!("please install {} (that takes root, and there is no sudo)", packages.join(", "));
    }
    let apt = || {
        let mut apt = if root { Command::new("env") } else { command("sudo", ["env"]) };
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]);
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

/// The version that Cargo.lock has of a crate.
fn locked_version(name: &str) -> Result<String> {
    let lock = fs::read_to_string("Cargo.lock").context("reading Cargo.lock")?;
    version_in(&lock, name).with_context(|| format!("Cargo.lock has no {name}"))
}

fn version_in(lock: &str, name: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    after.split('"').next().map(str::to_owned)
}

fn say(what: &str, why: &str) {
    println!("installing {what}: {why}");
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn finds_the_locked_version_of_exactly_that_crate() {
        let lock = "name = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"…\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }
}
