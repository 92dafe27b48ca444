//! The files of a laboratory: mounts that nobody else sees.

use super::Skip;
use crate::topology::Topology;
use anyhow::{Context, Result};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fs;
use std::path::{Path, PathBuf};

/// A directory in memory, for whatever servers and browsers write.
pub struct Room {
    dir: PathBuf,
}

/// Memory it may take: a browser's profile and two caches of a stream of some tens of megabytes.
const ROOM_SIZE: &str = "size=1g,mode=755";

impl Room {
    /// Makes it over an empty directory. Processes are seen by their numbers inside, and names are those of the nodes.
    pub fn new(dir: &Path, topology: &Topology) -> Result<Room> {
        fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
        let dir = dir.canonicalize()?;
        let nothing = None::<&str>;
        unshare(CloneFlags::CLONE_NEWNS)
            .map_err(|error| Skip(format!("mounts of its own are refused ({error})")))?;
        mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing)?;
        mount(Some("proc"), "/proc", Some("proc"), MsFlags::empty(), nothing)?;
        mount(Some("lab"), &dir, Some("tmpfs"), MsFlags::empty(), Some(ROOM_SIZE))?;
        let room = Room { dir };
        room.cover("/etc/hosts", &hosts(topology))?;
        // There is no name server, and asking one would only take its time.
        room.cover("/etc/resolv.conf", "")?;
        Ok(room)
    }

    /// A directory in it.
    pub fn dir(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir.join(name);
        fs::create_dir_all(&dir)?;
        Ok(dir)
    }

    /// Puts other text in a file's place, for those inside.
    fn cover(&self, path: &str, text: &str) -> Result<()> {
        let file = self.dir.join(path.rsplit('/').next().unwrap_or(path));
        fs::write(&file, text)?;
        mount(Some(&file), path, None::<&str>, MsFlags::MS_BIND, None::<&str>)
            .with_context(|| format!("covering {path}"))
    }
}

fn hosts(topology: &Topology) -> String {
    let mut text = "127.0.0.1 localhost\n".to_owned();
    for (name, node) in &topology.nodes {
        text += &format!("{} {}\n", node.address, host(name));
    }
    text
}

/// What a node is called where a host name is wanted: each is a site of its own.
pub fn host(node: &str) -> String {
    format!("{node}.example")
}
