//! The pages of docs/ that are made from the code, so that they cannot say anything else.

use crate::process::{files_under, has_extension};
use crate::sentences;
use anyhow::{Context, Result, ensure};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What makes a page.
type Page = fn() -> Result<String>;

/// Each and where it is.
const PAGES: [(&str, Page); 2] = [("docs/causes.md", causes), ("docs/sentences.md", sentences::page)];

/// Writes them.
pub fn run() -> Result<()> {
    for (file, page) in PAGES {
        fs::write(file, page()?)?;
        println!("{file}");
    }
    Ok(())
}

/// They are as the code has them.
pub fn current() -> Result<()> {
    for (file, page) in PAGES {
        let written = fs::read_to_string(file).unwrap_or_default();
        ensure!(written == page()?, "{file} is out of date: run cargo xtask docs");
    }
    Ok(())
}

const INTRO: &str = "\
# Causes

<!-- Made by `cargo xtask docs` from the comments in src/cause/ and the words in extension/_locales/en. Change those. -->

Every stall that Whystall explains has one cause: the mechanism that accounts for most of it. A cause says how it stops
playback, what shows it, and in which zones of the path it can sit; there is one file for each in `src/cause/`. What is
shown of a stall under way is provisional; the verdict is made when it has ended, from exactly the facts in its evidence.
";

fn causes() -> Result<String> {
    let words: serde_json::Value =
        serde_json::from_str(&fs::read_to_string("extension/_locales/en/messages.json")?)?;
    let mut page = INTRO.to_owned();
    let mut sections = String::new();
    for file in files_under(Path::new("src/cause"))?.iter().filter(|file| has_extension(file, &["rs"])) {
        let source = fs::read_to_string(file)?;
        let Some(id) = id(&source) else { continue };
        let say = |prefix: &str| said(&words, &format!("{prefix}_{}", id.replace('-', "_")));
        writeln!(page, "- [{id}](#{id}): {}", say("cause")?)?;
        writeln!(sections, "\n## {id}\n\n{}", comment(&source))?;
        writeln!(sections, "### What the viewer is told\n")?;
        writeln!(sections, "- While it lasts: {}", say("live")?)?;
        writeln!(sections, "- Afterwards: Playback stopped for 3.4 s: {}.", say("reason")?)?;
        writeln!(sections, "- What to do: {}", say("do")?)?;
    }
    page.insert(INTRO.len(), '\n');
    Ok(page + &sections)
}

/// The id of the cause in this file, if there is one.
pub fn id(source: &str) -> Option<&str> {
    let cause = source.split("pub const CAUSE: Cause").nth(1)?;
    cause.split("id: \"").nth(1)?.split('"').next()
}

/// The file's comment, its headings two levels down.
pub fn comment(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut text = String::new();
    for line in lines.map(|line| line.strip_prefix(' ').unwrap_or(line)) {
        match line.strip_prefix("# ") {
            Some(heading) => text.push_str(&format!("### {heading}\n\n")),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

/// A message, its placeholders filled with what is always right.
fn said(words: &serde_json::Value, key: &str) -> Result<String> {
    let message = |key: &str| {
        let message = words.get(key).and_then(|word| word.get("message"));
        message.and_then(serde_json::Value::as_str).with_context(|| format!("there is no {key}"))
    };
    Ok(message(key)?.replace("$HOST$", message("host_unknown")?).replace("$SINCE$", ""))
}
