//! The rules of docs/ARCHITECTURE.md that a compiler cannot check.

use crate::docs;
use crate::process::{cargo, files_under, has_extension, output, source_files};
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Checks them all and reports every one that is broken.
pub fn run() -> Result<()> {
    let mut broken = 0;
    for (name, check) in CHECKS {
        match check() {
            Ok(()) => println!("ok   {name}"),
            Err(error) => {
                println!("FAIL {name}: {error:#}");
                broken += 1;
            }
        }
    }
    ensure!(broken == 0, "{broken} of {} rules broken", CHECKS.len());
    Ok(())
}

/// A rule and how it is checked.
pub type Check = (&'static str, fn() -> Result<()>);

/// The rules.
pub const CHECKS: [Check; 10] = [
    ("the core depends on no web crate", core_depends_on_no_web_crate),
    ("the core reads no clock", core_reads_no_clock),
    ("the core's modules know each other one way", core_goes_one_way),
    ("no test sleeps for a fixed time", tests_wait_for_conditions),
    ("no file is too long to read", files_are_short),
    ("every cause has words in every language", causes_have_words),
    ("every language has the same words", languages_agree),
    ("the pages made from the code are current", docs::current),
    ("nothing names a directory of one machine", names_no_machine_path),
    ("the fuzz targets know what the core needs", fuzz_targets_are_locked),
];

/// Crates that know a browser. A name that begins with one of these is one, too.
const WEB_CRATES: [&str; 6] = ["gloo", "js-sys", "serde-wasm-bindgen", "wasm-bindgen", "web-sys", "web-time"];

/// Lines a source file may have: what one can still keep in mind.
const LONGEST_FILE: usize = 500;

/// Keys that the words of a cause have, before its id: what happens now, what happened, what to do, and its name.
const CAUSE_KEYS: [&str; 4] = ["live_", "reason_", "do_", "cause_"];

/// What the core depends on, a crate and its version a line, itself first.
fn needs_of_core(how: &[&str]) -> Result<String> {
    let words = ["tree", "--package", "whystall", "--edges", "normal,build", "--prefix", "none"];
    output(cargo(words).args(how))
}

fn core_depends_on_no_web_crate() -> Result<()> {
    let tree = needs_of_core(&["--target", "all", "--all-features"])?;
    let found: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| WEB_CRATES.iter().any(|web| name.starts_with(web)))
        .collect();
    ensure!(tree.starts_with("whystall "), "cargo tree says something unexpected");
    ensure!(found.is_empty(), "it depends on {found:?}");
    Ok(())
}

/// Their lock file is one of its own. Where it is old, Cargo can't fetch by it, which looks like having no network.
/// The modules in src/ and what each imports: if it goes round in a circle, none of them can be read by itself.
fn core_goes_one_way() -> Result<()> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files("src")? {
        let inside = file.strip_prefix("src")?;
        let module = inside.components().next().and_then(|first| Path::new(first.as_os_str()).file_stem());
        let module = module.with_context(|| file.display().to_string())?.to_string_lossy().into_owned();
        if module != "lib" && !inside.ends_with("tests.rs") {
            let named = imported(&fs::read_to_string(&file)?);
            imports.entry(module.clone()).or_default().extend(named.into_iter().filter(|of| *of != module));
        }
    }
    ensure!(imports.contains_key("event"), "there are no modules in src/");
    for (module, of) in &imports {
        let strange: Vec<&String> = of.iter().filter(|of| !imports.contains_key(*of)).collect();
        ensure!(strange.is_empty(), "{module} takes {strange:?} from the root, not from its module");
    }
    let circle = circle(imports);
    ensure!(circle.is_empty(), "these import each other: {}", circle.join(", "));
    Ok(())
}

/// What follows `crate::` in code that is no test's.
fn imported(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code = code.lines().filter_map(|line| line.split("//").next());
    let named = code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    let name =
        |rest: String| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
    named.filter_map(name).collect()
}

/// What is left when all is taken away that imports nothing of what is left.
fn circle(mut imports: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    while let Some(free) = imports
        .iter()
        .find(|(_, of)| !of.iter().any(|of| imports.contains_key(of)))
        .map(|(name, _)| name.clone())
    {
        imports.remove(&free);
    }
    imports.into_keys().collect()
}

fn fuzz_targets_are_locked() -> Result<()> {
    let needed = needs_of_core(&["--depth", "1"])?;
    let lock = fs::read_to_string("fuzz/Cargo.lock").context("fuzz/Cargo.lock")?;
    let core = lock.split("[[package]]").find(|package| package.contains("\nname = \"whystall\"\n"));
    let core = core.context("fuzz/Cargo.lock does not have the core")?;
    let missing = needed.lines().skip(1).filter_map(|line| line.split(' ').next());
    let missing: Vec<&str> = missing.filter(|name| !core.contains(&format!("\"{name}\""))).collect();
    ensure!(missing.is_empty(), "it lacks {missing:?}: cargo fetch --manifest-path fuzz/Cargo.toml");
    Ok(())
}

fn core_reads_no_clock() -> Result<()> {
    let clocks = ["Date::now", "Date.now", "Instant::now", "SystemTime", "std::time::Instant"];
    forbid(rust_files("src")?, &clocks)
}

fn tests_wait_for_conditions() -> Result<()> {
    let is_test = |path: &Path| {
        let text = path.to_string_lossy();
        path.starts_with("tests") || text.contains("/tests") || text.ends_with(".test.mjs")
    };
    let files =
        source_files()?.into_iter().filter(|file| is_test(file) && has_extension(file, &["rs", "mjs", "js"]));
    forbid(files.collect(), &["thread::sleep", "setTimeout", "waitForTimeout", "timers/promises"])
}

fn files_are_short() -> Result<()> {
    let mut long = Vec::new();
    for file in source_files()? {
        if has_extension(&file, &["rs", "js", "mjs", "css", "html"]) {
            let lines = fs::read_to_string(&file)?.lines().count();
            if lines > LONGEST_FILE {
                long.push(format!("{} has {lines}", file.display()));
            }
        }
    }
    ensure!(long.is_empty(), "more than {LONGEST_FILE} lines: {}", long.join(", "));
    Ok(())
}

fn causes_have_words() -> Result<()> {
    let ids: Vec<String> = rust_files("src/cause")?
        .iter()
        .filter(|file| fs::read_to_string(file).is_ok_and(|text| text.contains("pub const CAUSE: Cause")))
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    ensure!(!ids.is_empty(), "there is no cause");
    for (language, keys) in catalogues()? {
        for key in ids.iter().flat_map(|id| CAUSE_KEYS.map(|prefix| format!("{prefix}{id}"))) {
            ensure!(keys.contains(&key), "{language} has no {key}");
        }
    }
    Ok(())
}

fn languages_agree() -> Result<()> {
    let catalogues = catalogues()?;
    let Some(((first, words), others)) = catalogues.split_first() else { bail!("there is no language") };
    for (language, keys) in others {
        let differences: Vec<&String> = keys.symmetric_difference(words).collect();
        ensure!(differences.is_empty(), "only one of {first} and {language} has {differences:?}");
    }
    Ok(())
}

fn names_no_machine_path() -> Result<()> {
    // Written apart, or this file would break its own rule.
    let roots = ["work", "root", "tmp", "Users"].map(|name| format!("/{name}/"));
    for file in source_files()? {
        // What is not text names nothing that anyone reads.
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(root) = roots.iter().find(|root| names_root(line, root)) {
                bail!("{}:{} names {root}", file.display(), number + 1);
            }
        }
    }
    Ok(())
}

/// Whether a path in this line begins with that root (and does not merely contain it, as a URL may).
fn names_root(line: &str, root: &str) -> bool {
    let part_of_longer = |c: char| c.is_alphanumeric() || "._-}*".contains(c);
    line.match_indices(root)
        .any(|(at, _)| !line.get(..at).is_some_and(|before| before.ends_with(part_of_longer)))
}

/// Each language and the keys it has.
fn catalogues() -> Result<Vec<(String, BTreeSet<String>)>> {
    let mut all = Vec::new();
    for file in files_under(Path::new("extension/_locales"))? {
        let text = fs::read_to_string(&file)?;
        let words: serde_json::Value =
            serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        let keys = words.as_object().context("not an object")?.keys().cloned().collect();
        all.push((file.display().to_string(), keys));
    }
    Ok(all)
}

fn rust_files(dir: &str) -> Result<Vec<PathBuf>> {
    Ok(files_under(Path::new(dir))?.into_iter().filter(|file| has_extension(file, &["rs"])).collect())
}

fn forbid(files: Vec<PathBuf>, words: &[&str]) -> Result<()> {
    for file in files {
        for (number, line) in fs::read_to_string(&file)?.lines().enumerate() {
            // A comment may say what the code must not do.
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = words.iter().find(|word| code.contains(**word)) {
                bail!("{}:{} has {word}", file.display(), number + 1);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{circle, imported, names_root};

    #[test]
    fn imports_in_a_circle_are_found() {
        let text = "use crate::a::B;\nuse crate::{c};\n// crate::no\nfn f() { crate::d::e() }\n#[cfg(test)]\nmod tests { use crate::t; }";
        assert_eq!(imported(text).into_iter().collect::<Vec<_>>(), ["", "a", "d"]);
        let of = |name: &str, of: &[&str]| (name.to_owned(), of.iter().map(|of| (*of).to_owned()).collect());
        assert!(circle([of("a", &["b", "c"]), of("b", &["c"]), of("c", &[])].into()).is_empty());
        let round = [of("a", &["b"]), of("b", &["c"]), of("c", &["b"]), of("d", &[])];
        assert_eq!(circle(round.into()), ["a", "b", "c"]);
    }

    #[test]
    fn tells_a_machine_path_from_a_url() {
        let root = format!("/{}/", "tmp");
        for (line, named) in [
            (format!("see {root}x"), true),
            (format!("'{root}x'"), true),
            (format!("https://site.example{root}x"), false),
            (format!("$HOME/..{root}"), false),
            ("nothing".to_owned(), false),
        ] {
            assert_eq!(names_root(&line, &root), named, "{line}");
        }
    }
}
