//! A network namespace that lives as long as someone holds it.

use super::Skip;
use crate::topology::{Node, Route};
use anyhow::{Context, Result, ensure};
use nix::sched::{CloneFlags, setns, unshare};
use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use tun_rs::{DeviceBuilder, SyncDevice};

/// One node's network.
pub struct Network(File);

/// Packets a device holds for the emulator, which comes to fetch them soon: the queues that matter are the links'.
const DEVICE_QUEUE: u32 = 2000;

impl Network {
    /// A new one, with nothing in it.
    pub fn new() -> Result<Network> {
        apart(|| {
            unshare(CloneFlags::CLONE_NEWNET)
                .map_err(|error| Skip(format!("a network namespace is refused ({error}): it takes root")))?;
            Ok(Network(File::open("/proc/thread-self/ns/net")?))
        })
    }

    /// Does something in it: what it opens and starts stays there.
    pub fn within<T: Send>(&self, act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        apart(|| {
            setns(&self.0, CloneFlags::CLONE_NEWNET)?;
            act()
        })
    }

    /// One end of a link.
    pub fn device(&self, name: &str) -> Result<SyncDevice> {
        self.within(|| {
            let device = DeviceBuilder::new()
                .name(name)
                .enable(false)
                .build_sync()
                .map_err(|error| Skip(format!("making a TUN device is refused: {error}")))?;
            device.set_nonblocking(true)?;
            Ok(device)
        })
    }

    /// Gives it its address, on each of these devices, and its routes.
    pub fn configure(&self, node: &Node, devices: &[String], routes: &[(Route, String)]) -> Result<()> {
        let address = node.address;
        let mut lines = "link set lo up\n".to_owned();
        for device in devices {
            lines += &format!("addr add {address}/32 dev {device}\n");
            lines += &format!("link set {device} up txqueuelen {DEVICE_QUEUE}\n");
        }
        for (Route { to, .. }, device) in routes {
            lines += &format!("route add {to}/32 dev {device} src {address} congctl {}\n", node.congestion);
        }
        self.within(|| {
            for (setting, value) in SETTINGS {
                std::fs::write(format!("/proc/sys/net/ipv4/{setting}"), value)
                    .map_err(|error| Skip(format!("setting {setting} is refused: {error}")))?;
            }
            let mut ip = Command::new("ip")
                .args(["-batch", "-"])
                .stdin(Stdio::piped())
                .spawn()
                .map_err(|error| Skip(format!("iproute2 is needed, and ip does not start: {error}")))?;
            ip.stdin.take().context("ip has no input")?.write_all(lines.as_bytes())?;
            ensure!(ip.wait()?.success(), "ip refused to configure {address}:\n{lines}");
            Ok(())
        })
    }

    /// Whether the node passes packets on; it answers for itself in any case.
    pub fn forward(&self, on: bool) -> Result<()> {
        self.within(|| Ok(std::fs::write("/proc/sys/net/ipv4/ip_forward", if on { "1" } else { "0" })?))
    }
}

/// All nodes pass packets on, answer every ping at once, and let anyone ping.
const SETTINGS: [(&str, &str); 3] =
    [("ip_forward", "1"), ("icmp_ratelimit", "0"), ("ping_group_range", "0 2147483647")];

/// On a thread of its own, which is thrown away: namespaces are a thread's, and this one stays where it is.
fn apart<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| scope.spawn(act).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
