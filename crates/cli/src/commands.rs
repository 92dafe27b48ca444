//! What the program does.

use crate::args::{Args, Command, Files, Format};
use crate::evidence::{self, Evidence, Trouble};
use crate::export::Table;
use crate::files;
use crate::ordered;
use crate::paint;
use crate::progress::Progress;
use crate::row::Row;
use crate::stats::{self, Seen, Stats};
use clap::{CommandFactory, Parser};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use whystall::plain;
use whystall::verdict::Report;
use whystall::wording::{Words, clue, headline, whereabouts};

/// Does what the command line says.
pub fn run() -> ExitCode {
    let done = match Args::parse().command {
        Command::Explain { files, json, language } => explain(&files, json, &language),
        Command::Verify { files, json } => verify(&files, json),
        Command::Replay { file } => replay(&file),
        Command::Stats { files, json } => count(&files, json),
        Command::Export { files, format, out } => export(&files, format, out.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "whystall", &mut script);
            print(&script).map(|()| Worst::default())
        }
        Command::Man { command } => manual(command.as_deref()),
    };
    ExitCode::from(match done {
        Ok(worst) => worst.0,
        // A reader that has seen enough (`| head`) is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => 0,
        Err(error) => {
            complain(Path::new("output"), &Trouble::Unreadable(error));
            2
        }
    })
}

fn explain(files: &Files, json: bool, language: &str) -> io::Result<Worst> {
    let (words, paint) = (Words::for_language(language), paint::for_stdout());
    let titled = files.names.len() > 1 || files.names.iter().any(|name| name.is_dir());
    let say = |name: &Path, evidence: Evidence| match json {
        true => line(&explained(name, &evidence, &words)),
        false => plain::text(&evidence.bundle.report, &words, paint),
    };
    let mut gap = "";
    each(files, true, say, |name, said, aside| match said {
        Ok(text) if titled && !json => {
            print(format!("{gap}{}\n{text}", name.display()).as_bytes())?;
            gap = "\n";
            Ok(())
        }
        Ok(text) => print(text.as_bytes()),
        Err(trouble) => {
            aside(&|| complain(name, trouble));
            Ok(())
        }
    })
}

fn explained(name: &Path, evidence: &Evidence, words: &Words) -> Value {
    let report = &evidence.bundle.report;
    let last = report.stalls.last();
    json!({
        "file": name.display().to_string(),
        "card": evidence.in_card,
        "sha256": evidence.sha256,
        "headline": last.map(|stall| headline(stall, words)),
        "clue": last.and_then(|stall| clue(stall, words)).map(|clue| clue.to_string()),
        "whereabouts": last.map(|stall| whereabouts(stall, words)),
        "report": json_of(report),
    })
}

fn verify(files: &Files, json: bool) -> io::Result<Worst> {
    let say = |_: &Path, evidence: Evidence| (evidence.in_card, evidence.sha256);
    let (mut good, mut bad) = (0u64, 0u64);
    let worst = each(files, true, say, |name, verified, _| {
        let file = name.display().to_string();
        match verified {
            Ok(_) => good += 1,
            Err(_) => bad += 1,
        }
        let text = match (verified, json) {
            (Ok((card, sha256)), true) => {
                line(&json!({ "file": file, "ok": true, "card": card, "sha256": sha256 }))
            }
            (Ok((card, sha256)), false) => {
                format!("{file}: OK, {}SHA-256 {sha256}\n", if *card { "card, " } else { "" })
            }
            (Err(trouble), true) => {
                let (error, code) = (trouble.to_string(), trouble.exit_code());
                line(&json!({ "file": file, "ok": false, "error": error, "exit_code": code }))
            }
            (Err(trouble), false) => format!("{file}: {trouble}\n"),
        };
        print(text.as_bytes())
    })?;
    if good + bad > 1 {
        // Nowhere is left to complain of a standard error that is closed.
        let _ = writeln!(io::stderr(), "{good} OK, {bad} not");
    }
    Ok(worst)
}

fn replay(name: &Path) -> io::Result<Worst> {
    let mut worst = Worst::default();
    match evidence::parsed(name) {
        Ok(evidence) => print(&whystall::explain(&evidence.bundle.inputs).to_bytes())?,
        Err(trouble) => {
            complain(name, &trouble);
            worst.add(&trouble);
        }
    }
    Ok(worst)
}

fn count(files: &Files, json: bool) -> io::Result<Worst> {
    let mut stats = Stats::default();
    let worst = each(files, false, row, |name, row, aside| {
        match row {
            Ok(row) => stats.add(row.as_ref()),
            Err(trouble) => {
                stats.fail();
                aside(&|| complain(name, trouble));
            }
        }
        Ok(())
    })?;
    print(if json { line(&stats.json()) } else { stats::text(&stats) }.as_bytes())?;
    Ok(worst)
}

fn export(files: &Files, format: Format, out: Option<&Path>) -> io::Result<Worst> {
    // Written beside it first, so that nobody takes a part for the whole.
    let part = out.map(|out| out.with_added_extension("part"));
    let to: Box<dyn Write + Send> = match &part {
        Some(part) => Box::new(File::create(part)?),
        None if matches!(format, Format::Parquet) && io::stdout().is_terminal() => {
            return Err(io::Error::other("Parquet is not for terminals: say --out FILE"));
        }
        None => Box::new(io::stdout()),
    };
    let to = BufWriter::new(to);
    let mut table = match format {
        Format::Csv => Table::csv(to)?,
        Format::Parquet => Table::parquet(to)?,
    };
    let mut seen = Seen::default();
    // A bar would be written into the table that a terminal shows.
    let worst = each(files, out.is_none(), row, |name, row, aside| match row {
        Ok(Some(row)) if seen.is_new(row) => table.push(row.clone()),
        Ok(_) => Ok(()),
        Err(trouble) => {
            aside(&|| complain(name, trouble));
            Ok(())
        }
    })?;
    table.finish()?;
    if let (Some(part), Some(out)) = (part, out) {
        fs::rename(part, out)?;
    }
    Ok(worst)
}

fn row(name: &Path, evidence: Evidence) -> Option<Row> {
    Row::of(name.display().to_string(), evidence.sha256, &evidence.bundle)
}

fn manual(command: Option<&str>) -> io::Result<Worst> {
    let mut all = Args::command();
    all.build();
    let of = match command {
        None => Some(&all),
        Some(name) => all.find_subcommand(name),
    };
    let Some(of) = of else {
        return Err(io::Error::other(format!("there is no command {}", command.unwrap_or_default())));
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(of.clone()).render(&mut page)?;
    print(&page).map(|()| Worst::default())
}

/// Lets the terminal be written to beside the progress bar.
type Aside<'a> = &'a dyn Fn(&dyn Fn());

/// Verifies all files, by several threads, and makes of each good one what is then handed to `take`, in the order of the
/// files. `talks`: `take` writes a line for each of them.
fn each<Made: Send>(
    files: &Files,
    talks: bool,
    make: impl Fn(&Path, Evidence) -> Made + Sync,
    mut take: impl FnMut(&Path, &Result<Made, Trouble>, Aside) -> io::Result<()>,
) -> io::Result<Worst> {
    let jobs = files.jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let progress = Progress::of(&files.names, talks);
    let (mut worst, mut done) = (Worst::default(), Ok(()));
    let work = |found: files::Found| match found {
        Ok(name) => {
            let made = evidence::verified(&name).map(|evidence| make(&name, evidence));
            (name, made)
        }
        Err((name, trouble)) => (name, Err(trouble)),
    };
    ordered::each(jobs, files::all(files.names.clone()), work, |(name, made)| {
        if let Err(trouble) = &made {
            worst.add(trouble);
        }
        progress.step();
        done = take(&name, &made, &|write: &dyn Fn()| progress.aside(write));
        if done.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    done.map(|()| worst)
}

/// The exit code of the worst trouble so far.
#[derive(Default)]
struct Worst(u8);

impl Worst {
    fn add(&mut self, trouble: &Trouble) {
        let grave = |code: u8| [0, 3, 1, 2].iter().position(|of| *of == code);
        let code = trouble.exit_code();
        if grave(code) > grave(self.0) {
            self.0 = code;
        }
    }
}

fn json_of(report: &Report) -> Value {
    serde_json::from_slice(&report.to_bytes()).unwrap_or_default()
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

fn complain(name: &Path, trouble: &Trouble) {
    // Nowhere is left to complain of a standard error that is closed.
    let _ = writeln!(io::stderr(), "whystall: {}: {trouble}", name.display());
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}
