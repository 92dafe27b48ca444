//! What the stores get: the same bytes for everyone who builds the same source.

use crate::build::{self, BROWSERS, npx};
use crate::process::{files_under, run as execute};
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Builds both packages, checks them as Firefox's store does, and says how big they are.
pub fn run() -> Result<()> {
    build::run()?;
    for browser in BROWSERS {
        let bytes = zip(&Path::new("dist").join(browser))?;
        let file = Path::new("dist").join(format!("{browser}.zip"));
        fs::write(&file, &bytes)?;
        println!("{} {} bytes", file.display(), bytes.len());
    }
    for browser in BROWSERS {
        names_no_machine_path(&Path::new("dist").join(browser))?;
    }
    lint()
}

/// Firefox's own check of an extension. A warning is as bad as an error.
pub fn lint() -> Result<()> {
    execute(&mut npx([
        "web-ext",
        "lint",
        "--source-dir",
        "dist/firefox",
        "--warnings-as-errors",
        "--no-config-discovery",
    ]))
}

/// Bundles both again and fails unless the packages come out the same.
pub fn reproducible() -> Result<()> {
    for browser in BROWSERS {
        let dir = Path::new("dist").join(browser);
        let before = zip(&dir)?;
        build::pack(browser)?;
        if zip(&dir)? != before {
            bail!("two builds of {browser} differ");
        }
    }
    Ok(())
}

/// A directory as a zip that depends on nothing but names and contents.
fn zip(dir: &Path) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default()) // 1980-01-01, the earliest a zip can say
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files_under(dir)? {
        let name = file.strip_prefix(dir)?.to_str().context("a file name is not UTF-8")?.replace('\\', "/");
        zip.start_file(name, options)?;
        zip.write_all(&fs::read(&file)?)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A directory of the builder in the package would differ elsewhere, and is nobody's business.
fn names_no_machine_path(dir: &Path) -> Result<()> {
    let root = env::current_dir()?.display().to_string();
    let own: Vec<String> = env::var("HOME").into_iter().chain([root]).filter(|path| path.len() > 1).collect();
    for file in files_under(dir)? {
        let bytes = fs::read(&file)?;
        for path in &own {
            let needle = format!("{path}/");
            if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
                bail!("{} names {path}", file.display());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::zip;
    use std::fs;

    #[test]
    fn a_package_depends_on_names_and_contents_alone() {
        let base = std::env::temp_dir().join(format!("whystall-zip-{}", std::process::id()));
        let make = |name: &str, order: [&str; 2]| {
            let dir = base.join(name);
            fs::create_dir_all(dir.join("sub")).unwrap();
            for file in order {
                fs::write(dir.join(file), file).unwrap();
                // Another time and another mode each: neither may show.
                fs::File::options()
                    .append(true)
                    .open(dir.join(file))
                    .unwrap()
                    .set_modified(
                        std::time::UNIX_EPOCH + std::time::Duration::from_secs(name.len() as u64 * 1_000_000),
                    )
                    .unwrap();
            }
            zip(&dir).unwrap()
        };
        let one = make("one", ["b.js", "sub/a.js"]);
        let other = make("another", ["sub/a.js", "b.js"]);
        fs::remove_dir_all(&base).unwrap();
        assert!(!one.is_empty());
        assert_eq!(one, other);
    }
}
