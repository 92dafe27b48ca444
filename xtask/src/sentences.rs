//! The page of all sentences that say something of a stall, each with what has to be so before it is said. What that is, the
//! code says: the comments of causes, of tests of the path and of whatever speaks.

use crate::docs::{comment, id};
use crate::process::{files_under, has_extension};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const INTRO: &str = "\
# Sentences

<!-- Made by `cargo xtask docs` from the comments in src/ and the words in extension/_locales/. Change those. -->

Every sentence that Whystall can say of a stall, or of many, with its id, in English and in German, and what has to be so
before it is said. `$NAMES$` stand for numbers and names: a sentence that needs one which is not known is not said. Servers and
networks are named as places where something was asked for or can have gone wrong; no sentence says whose fault it is. A zone
stands alone only by the rules of [attribution.md](attribution.md), whatever the sentence; a stall under way is spoken of
provisionally (`live_`), and all of it is checked by `whystall verify`.
";

/// What messages of these beginnings say is not about a stall: the pages' own labels, buttons and settings.
const OTHER: [&str; 12] = [
    "ext",
    "language",
    "decimal_point",
    "welcome_",
    "settings_",
    "network_",
    "share_",
    "stats_",
    "history_",
    "nothing_",
    "mute",
    "unmute",
];

/// Headings of a file's comment that say when something is said, and when it is not.
const CONDITIONS: [&str; 8] = [
    "What it looks at",
    "What it says",
    "When it is silent",
    "What shows it",
    "What is proven and what is not",
    "When Whystall does not say so",
    "Where it can sit",
    "What it needs",
];

/// Messages by key, English and German, and for whom they are.
struct Catalogue {
    english: serde_json::Value,
    german: serde_json::Value,
    left: BTreeSet<String>,
}

/// The page.
pub fn page() -> Result<String> {
    let mut words = Catalogue::read()?;
    let mut page = INTRO.to_owned();
    causes(&mut page, &mut words)?;
    evidence(&mut page, &mut words)?;
    by_function(&mut page, &mut words)?;
    writeln!(
        page,
        "\n## On the extension's own pages\n\nWhen each is said is in its description. Comparisons follow the rules at the head of `src/history/compare.rs`.\n"
    )?;
    for key in words.left.clone() {
        let description = words.member(&key, "description")?;
        words.say(&mut page, &key, Some(&description))?;
    }
    Ok(page)
}

impl Catalogue {
    fn read() -> Result<Catalogue> {
        let read = |language: &str| -> Result<serde_json::Value> {
            let file = format!("extension/_locales/{language}/messages.json");
            Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
        };
        let english = read("en")?;
        let keys = english.as_object().context("not an object")?.keys();
        let left = keys.filter(|key| !OTHER.iter().any(|other| key.starts_with(other))).cloned().collect();
        Ok(Catalogue { german: read("de")?, english, left })
    }

    fn member(&self, key: &str, name: &str) -> Result<String> {
        let member = self.english.get(key).and_then(|message| message.get(name)?.as_str());
        Ok(member.with_context(|| format!("{key} has no {name}"))?.to_owned())
    }

    /// Says it in both languages.
    fn say(&mut self, page: &mut String, key: &str, when: Option<&str>) -> Result<()> {
        let english = self.member(key, "message")?;
        let german = self.german.get(key).and_then(|message| message.get("message")?.as_str());
        let german = german.with_context(|| format!("{key} has no German"))?;
        let when = when.map(|when| format!(" {when}")).unwrap_or_default();
        writeln!(page, "- `{key}`: “{}”{when}\n  <br>„{}“", english.trim(), german.trim())?;
        self.left.remove(key);
        Ok(())
    }

    /// Those that are left and begin so.
    fn beginning(&self, with: impl Fn(&str) -> bool) -> Vec<String> {
        self.left.iter().filter(|key| with(key)).cloned().collect()
    }
}

/// What each cause says, and when.
fn causes(page: &mut String, words: &mut Catalogue) -> Result<()> {
    writeln!(
        page,
        "\n## What happened, and why\n\nA stall has one cause: the one that accounts for most of it."
    )?;
    for (file, source) in sources("src/cause")? {
        let Some(id) = id(&source) else { continue };
        let stem = id.replace('-', "_");
        let lead =
            source.split("lead: \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        writeln!(page, "\n### {id}\n\n{}", conditions(&source))?;
        if !lead.is_empty() {
            writeln!(page, "Its number is that of the finding `{lead}`. From `{}`.\n", file.display())?;
        }
        for prefix in ["live", "reason", "cause", "do"] {
            let own = format!("{prefix}_{stem}");
            for key in words.beginning(|key| key == own || key.starts_with(&format!("{own}_since"))) {
                words.say(page, &key, None)?;
            }
        }
    }
    Ok(())
}

/// What each finding says, and when.
fn evidence(page: &mut String, words: &mut Catalogue) -> Result<()> {
    writeln!(page, "\n## What it rests on\n\nThe evidence of a verdict: one sentence for each finding.")?;
    let mut files = sources("src/path")?;
    files.extend(sources("src/cause")?);
    // Where a finding of this id is made; where there is none, what the key ends in is a value of it.
    let made = |id: &str| files.iter().position(|(_, source)| source.contains(&format!("\"{id}\"")));
    let home = |key: &str| {
        let of = key.strip_prefix("finding_")?.trim_end_matches("_one").trim_end_matches("_other");
        let id = of.replace('_', "-");
        made(&id).or_else(|| made(id.rsplit_once('-')?.0))
    };
    for (at, (file, source)) in files.iter().enumerate() {
        let keys = words.beginning(|key| home(key) == Some(at));
        if keys.is_empty() {
            continue;
        }
        writeln!(page, "\n### In `{}`\n\n{}", file.display(), conditions(source))?;
        for key in keys {
            words.say(page, &key, None)?;
        }
    }
    Ok(())
}

/// What the other functions that speak say.
fn by_function(page: &mut String, words: &mut Catalogue) -> Result<()> {
    writeln!(page, "\n## Where it came from, and all the rest")?;
    for folder in ["src/wording", "src/view", "src/card"] {
        for (file, source) in sources(folder)? {
            for (name, about, body) in functions(&source) {
                let said = |key: &str| {
                    let stem = key.trim_end_matches("_one").trim_end_matches("_other");
                    body.contains(&format!("\"{key}\"")) || body.contains(&format!("\"{stem}\""))
                };
                let keys = words.beginning(said);
                if keys.is_empty() {
                    continue;
                }
                writeln!(page, "\n### `{name}` in `{}`\n\n{about}", file.display())?;
                for key in keys {
                    words.say(page, &key, None)?;
                }
            }
        }
    }
    Ok(())
}

/// Name, comment and text of each function.
fn functions(source: &str) -> Vec<(&str, String, String)> {
    let is_head = |line: &str| {
        let line = line
            .trim_start()
            .trim_start_matches("pub")
            .trim_start_matches("(crate)")
            .trim_start_matches("(super)");
        line.trim_start().starts_with("fn ")
    };
    let lines: Vec<&str> = source.lines().collect();
    let heads: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| is_head(line)).map(|(at, _)| at).collect();
    let ends = heads.iter().skip(1).copied().chain([lines.len()]);
    let function = |(at, end): (&usize, usize)| {
        let name = lines.get(*at)?.split("fn ").nth(1)?.split(['(', '<']).next()?;
        let about: Vec<&str> =
            lines.get(..*at)?.iter().rev().map_while(|line| line.trim_start().strip_prefix("///")).collect();
        let about: String = about.iter().rev().map(|line| format!("{}\n", line.trim())).collect();
        let body = lines.get(*at..end)?.iter().filter(|line| !line.trim_start().starts_with("//"));
        Some((name, about, body.map(|line| format!("{line}\n")).collect()))
    };
    heads.iter().zip(ends).filter_map(function).collect()
}

/// What of a file's comment says when it speaks: its first paragraph, and what is under the headings for that.
fn conditions(source: &str) -> String {
    let comment = comment(source);
    let (first, rest) = comment.split_once("\n\n").unwrap_or((&comment, ""));
    let mut text = format!("{}\n", first.trim());
    for section in rest.split("### ").skip(1) {
        let (heading, under) = section.split_once('\n').unwrap_or((section, ""));
        if CONDITIONS.contains(&heading.trim()) {
            let _ = write!(text, "\n*{}*\n\n{}\n", heading.trim(), under.trim());
        }
    }
    text
}

/// The program's own files there, tests left out.
fn sources(folder: &str) -> Result<Vec<(PathBuf, String)>> {
    let mut all = Vec::new();
    for file in files_under(Path::new(folder))? {
        let of_tests = ["tests.rs", "samples.rs", "review.rs"].iter().any(|name| file.ends_with(name));
        if has_extension(&file, &["rs"]) && !of_tests {
            let source = fs::read_to_string(&file)?;
            let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            all.push((file, program));
        }
    }
    ensure!(!all.is_empty(), "{folder} is empty");
    Ok(all)
}
