//! How far long work is, on the terminal.

use crate::files;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What is over sooner needs no bar.
const SOON: Duration = Duration::from_secs(1);

/// A bar on standard error, if that is a terminal and nothing else shows that work goes on.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    wanted: bool,
}

impl Progress {
    /// Of these files. `talks`: each of them has its line on standard output.
    pub fn of(names: &[PathBuf], talks: bool) -> Progress {
        let seen = talks && io::stdout().is_terminal();
        let wanted = io::stderr().is_terminal() && !seen;
        let bar = ProgressBar::hidden();
        if wanted {
            bar.set_length(files::all(names.to_vec()).count() as u64);
            let style =
                ProgressStyle::with_template("{wide_bar} {pos} of {len} files, {per_sec}, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        Progress { bar, began: Instant::now(), wanted }
    }

    /// One file more is done.
    pub fn step(&self) {
        if self.wanted && self.bar.is_hidden() && self.began.elapsed() > SOON {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }

    /// Lets something else be written to the terminal.
    pub fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
