//! Everything one does with this repository.

mod bench;
mod build;
mod demo;
mod docs;
mod fuzz;
mod lab;
mod lint;
mod networks;
mod package;
mod process;
mod screenshots;
mod sentences;
mod setup;
mod test;
mod tidy;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

/// Everything one does with this repository.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing: WASM target, wasm-bindgen, npm packages, browsers, ffmpeg
    ///
    /// Says what it installs and why. Does nothing when nothing is missing; the other tasks run it by themselves.
    Setup,
    /// Build the extension into dist/chrome and dist/firefox, ready to be loaded
    Build,
    /// Watch a real player starve in a real browser, and what Whystall says about it
    Demo(demo::Options),
    /// Take pictures of everything a viewer sees: both themes, narrow and wide, with nothing, little and much to show
    Screenshots(screenshots::Options),
    /// Find out how often verdicts are right: a path of networks with a fault in a known place, and real browsers
    Lab(lab::Options),
    /// Run the tests and count them
    Test(test::Options),
    /// Measure what Whystall costs, beside its peers: target/bench.json and a table
    Bench(bench::Options),
    /// Feed what reads hostile data with anything, from the corpus in fuzz/corpus on
    ///
    /// Installs a C++ compiler for libFuzzer if there is none, builds the targets of fuzz/ into target/fuzz and runs one
    /// after the other. An input that breaks one is kept in target/fuzz/found.
    Fuzz(fuzz::Options),
    /// Check formatting, lints and syntax
    Lint,
    /// Make a table of networks of a list of one's own, for tests: dist/*/networks.bin can be replaced by it
    Networks(networks::Options),
    /// Make byte-reproducible dist/chrome.zip and dist/firefox.zip, and check them as the stores do
    Package,
    /// Write the pages of docs/ that are made from the code
    Docs,
    /// Check the rules of docs/ARCHITECTURE.md that a compiler cannot
    Tidy,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    process::enter_root()?;
    match task {
        Task::Setup => setup::everything(),
        Task::Build => build::run(),
        Task::Demo(options) => demo::run(&options),
        Task::Screenshots(options) => screenshots::run(&options),
        Task::Lab(options) => lab::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Lint => lint::run(),
        Task::Networks(options) => networks::run(&options),
        Task::Package => package::run(),
        Task::Docs => docs::run(),
        Task::Tidy => tidy::run(),
    }
}

/// What `--only` names, in its own order; all if it names nothing.
fn chosen<Choice: ValueEnum + Copy + PartialEq>(only: &[Choice]) -> Vec<Choice> {
    let all = Choice::value_variants().iter().copied();
    all.filter(|choice| only.is_empty() || only.contains(choice)).collect()
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
