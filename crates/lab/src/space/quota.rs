//! A control group that gives some processes less of the processor. The one thing that can't vanish by itself: it is
//! removed from outside, when a laboratory ends and before one begins.

use super::Skip;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The group, while it is wanted.
pub struct Quota(PathBuf);

/// Where groups are: the first with the processor's settings (version 1), or the one for all (version 2).
const ROOTS: [&str; 2] = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup"];

/// Begin of the name of ours.
const NAME: &str = "whystall-lab-";

/// Microseconds in which the quota is counted, as is usual.
const PERIOD: u32 = 100_000;

impl Quota {
    /// Lets a process and all that it started have so many hundredths of one processor, together.
    pub fn impose(process: u32, percent: u32) -> Result<Quota> {
        let root = ROOTS.iter().find(|root| Path::new(root).join("cgroup.procs").exists());
        let root = root.ok_or_else(|| Skip("there are no control groups here".to_owned()))?;
        let dir = Path::new(root).join(format!("{NAME}{process}-{}", fastrand::u32(..)));
        fs::create_dir(&dir).map_err(|error| Skip(format!("a control group is refused: {error}")))?;
        let quota = Quota(dir);
        let share = PERIOD / 100 * percent;
        if quota.0.join("cpu.cfs_quota_us").exists() {
            quota.write("cpu.cfs_period_us", &PERIOD.to_string())?;
            quota.write("cpu.cfs_quota_us", &share.to_string())?;
        } else {
            quota.write("cpu.max", &format!("{share} {PERIOD}"))?;
        }
        for member in family(process)? {
            // Some end while they are counted.
            let _ = fs::write(quota.0.join("cgroup.procs"), member.to_string());
        }
        Ok(quota)
    }

    /// Lets its processes have all they want again. The group stays until they have ended.
    pub fn lift(&self) -> Result<()> {
        if self.0.join("cpu.cfs_quota_us").exists() {
            self.write("cpu.cfs_quota_us", "-1")
        } else {
            self.write("cpu.max", "max")
        }
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        fs::write(self.0.join(file), text)
            .map_err(|error| Skip(format!("this machine's control groups have no {file}: {error}")).into())
    }
}

/// Removes those that no process is in any more: ours that have ended. One that is in use can't be removed.
pub fn sweep() {
    for root in ROOTS {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(NAME) {
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

/// A process and its descendants.
fn family(process: u32) -> Result<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").context("reading /proc")?.flatten() {
        let Some(id) = entry.file_name().to_string_lossy().parse::<u32>().ok() else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // After the name in parentheses: state, parent.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(id);
        }
    }
    let (mut all, mut left) = (Vec::new(), vec![process]);
    while let Some(next) = left.pop() {
        all.push(next);
        left.extend(children.remove(&next).unwrap_or_default());
    }
    Ok(all)
}
