//! The table of networks that ships with the extension, and tables for tests.

use crate::process::stale;
use crate::setup;
use anyhow::{Context, Result, anyhow};
use clap::Args;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use whystall_networks::{Table, make};

/// A table of one's own.
#[derive(Args)]
pub struct Options {
    /// Lines `address/bits number name`
    #[arg(long, value_name = "FILE")]
    list: PathBuf,
    /// When the list is of
    #[arg(long, default_value_t = 20_000_101, value_name = "YYYYMMDD")]
    date: u32,
    /// Where the table goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Makes it.
pub fn run(options: &Options) -> Result<()> {
    let list = fs::read_to_string(&options.list).with_context(|| options.list.display().to_string())?;
    let bytes = make::of_list(options.date, &list).map_err(|why| anyhow!(why))?;
    fs::write(&options.out, bytes).with_context(|| options.out.display().to_string())
}

/// What the table is made of: two editions, pinned there.
pub const DATA: &str = "crates/networks/data";
const TABLE: &str = "target/networks/networks.bin";

/// Makes the table that ships, if anything that it is made of or by has changed.
pub fn ship() -> Result<()> {
    setup::networks()?;
    let table = Path::new(TABLE);
    let makers = [Path::new(DATA).join("node_modules/.package-lock.json"), env::current_exe()?];
    if makers.iter().all(|maker| !stale(table, maker)) {
        return Ok(());
    }
    let (before, now) = (files("before")?, files("now")?);
    let [before, now] = [&before, &now].map(|files| files.each_ref().map(String::as_str));
    let bytes = make::of_editions(date()?, before, now).map_err(|why| anyhow!(why))?;
    Table::read(bytes.clone())?;
    fs::create_dir_all("target/networks")?;
    fs::write(table, bytes)?;
    Ok(())
}

/// An edition's IPv4 and IPv6 file.
fn files(edition: &str) -> Result<[String; 2]> {
    let file = |version: u8| {
        let path = format!("{DATA}/node_modules/{edition}/asn-ipv{version}.csv");
        fs::read_to_string(&path).with_context(|| path)
    };
    Ok([file(4)?, file(6)?])
}

/// When the newer edition is of: its version is 2.3.YYYYMMDDHH.
fn date() -> Result<u32> {
    let path = format!("{DATA}/node_modules/now/package.json");
    let package: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    let version = package.get("version").and_then(|version| version.as_str()).unwrap_or_default();
    let date = version.rsplit('.').next().and_then(|last| last.get(..8)?.parse().ok());
    date.with_context(|| format!("{version} is no date"))
}
