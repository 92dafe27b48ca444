//! Evidence to hand on: the same facts without the names of servers, or without the date. It is sealed anew, and replays to the
//! same verdict but for what was taken out.

use super::Bundle;
use crate::domain::domain;
use crate::event::{Confession, Event, Input, Stands, Timing};
use crate::sort::gather;
use crate::time::{MediaTime, Micros, Wall};
use std::collections::{BTreeMap, BTreeSet};

/// No film is that long: a position beyond it counts from a date.
const YEAR: Micros = Micros::from_millis(366 * 86_400_000);

impl Bundle {
    /// With numbers instead of the names of servers and networks. Names of one site still are of one site, those of the home or
    /// the machine still are local, servers of one network still are in one, and all sort as before, so that the verdict is the
    /// same.
    pub fn without_names(&self) -> Bundle {
        let stand_ins = stand_ins(&self.inputs);
        let networks = networks(&self.inputs);
        let mut inputs = self.inputs.clone();
        for Input { event, .. } in &mut inputs {
            let name = match event {
                Event::RequestStarted { host, .. }
                | Event::Checked { host: Some(host), .. }
                | Event::TimingsShown { host } => host,
                Event::Placed { host, asn, name, service, stands, .. } => {
                    *asn = asn.and_then(|asn| networks.get(&asn).copied());
                    *name = asn.map(|number| format!("network-{number}"));
                    (*service, *stands) = (None, Stands::Anywhere);
                    host
                }
                Event::ResponseBegan { network, .. } => {
                    *network = None;
                    continue;
                }
                _ => continue,
            };
            if let Some(stand_in) = stand_ins.get(name) {
                name.clone_from(stand_in);
            }
        }
        Bundle::seal(&self.build, inputs)
    }

    /// With all moments counted from the first. `None` where that would be for nothing: a live stream has a clock of its own,
    /// and what it was at when, others can look up.
    pub fn without_date(&self) -> Option<Bundle> {
        if self.inputs.iter().any(|input| tells_the_date(&input.event)) {
            return None;
        }
        let first = self.inputs.iter().map(|input| input.at).min().unwrap_or_default();
        let mut inputs = self.inputs.clone();
        for input in &mut inputs {
            shift(input, first - Wall::default());
        }
        Some(Bundle::seal(&self.build, inputs))
    }
}

/// Which number stands for which name.
fn stand_ins(inputs: &[Input]) -> BTreeMap<String, String> {
    let hosts: BTreeSet<&str> = gather(inputs.iter().filter_map(|input| match &input.event {
        Event::RequestStarted { host, .. }
        | Event::Checked { host: Some(host), .. }
        | Event::TimingsShown { host }
        | Event::Placed { host, .. } => Some(host.as_str()),
        _ => None,
    }));
    let sites: BTreeSet<&str> = gather(hosts.iter().filter_map(|host| domain(host)));
    let sites: BTreeMap<&str, usize> = gather(sites.into_iter().zip(1..));
    let digits = hosts.len().to_string().len();
    let stand_in = |(host, number): (&str, usize)| {
        let server = format!("server-{number:0digits$}");
        let site = domain(host).and_then(|site| sites.get(site));
        let name = site.map_or(server.clone(), |site| format!("{server}.site-{site}.example"));
        (host.to_owned(), name)
    };
    gather(hosts.into_iter().zip(1..).map(stand_in))
}

/// Which number stands for that of a network.
fn networks(inputs: &[Input]) -> BTreeMap<u32, u32> {
    let asn = |input: &Input| match input.event {
        Event::Placed { asn, .. } => asn,
        _ => None,
    };
    let networks: BTreeSet<u32> = gather(inputs.iter().filter_map(asn));
    gather(networks.into_iter().zip(1..))
}

fn tells_the_date(event: &Event) -> bool {
    let far = |at: &MediaTime| at.0.unsigned_abs() > YEAR.0.unsigned_abs();
    match event {
        Event::Playlist { playlist, .. } => {
            playlist.live || playlist.ends.is_some() || playlist.available_from.is_some()
        }
        Event::Checked { listed, .. } => listed.is_some(),
        Event::Playback { position, .. } | Event::Frame { position, .. } => far(position),
        Event::Append { media: spans, .. } | Event::Buffered { spans, .. } => {
            spans.iter().any(|span| far(&span.end))
        }
        _ => false,
    }
}

/// All moments earlier by so much. What [`tells_the_date`] has none.
fn shift(input: &mut Input, by: Micros) {
    let earlier = |moment: &mut Wall| *moment = *moment - by;
    earlier(&mut input.at);
    match &mut input.event {
        Event::Busy { from }
        | Event::NotObservable { from, .. }
        | Event::OtherTabs { from, .. }
        | Event::Checked { from, .. }
        | Event::HomeUse { during: from, .. } => earlier(from),
        Event::Timing { timing, .. } => {
            let Timing { started, dns, connect, secure, sent, first_byte, bytes: _ } = timing;
            [started, secure, sent, first_byte].into_iter().flatten().for_each(earlier);
            let pairs = [dns, connect].into_iter().flatten();
            pairs.for_each(|(start, end)| [start, end].into_iter().for_each(earlier));
        }
        Event::ResponseBegan { confession, .. } => {
            // On the server's clock; no rule looks at it.
            if let Some(said) = confession {
                said.available = None;
            }
            if confession.as_deref() == Some(&Confession::default()) {
                *confession = None;
            }
        }
        _ => {}
    }
}
