//! Of docs/accuracy.md what a check tells by whether a server beside the late one is known, and how.

use crate::evidence::Evidence;
use crate::judge::{Answer, Record};
use crate::measure::{Judged, macro_mean, number, of_one, share, size};
use crate::report::name;
use crate::table::Table;
use anyhow::{Context, Result};
use std::fmt::Write;
use whystall::event::Target;
use whystall::verdict::Zone;

pub fn told(page: &mut String, checked: &[&Record]) -> Result<()> {
    let (mut named, mut found, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for record in checked {
        let Some((truth, said)) = record.truth.as_ref().zip(record.stall.as_ref()) else { continue };
        let bundle = record.bundles.get(said.number).context("a stall without evidence")?;
        let evidence = Evidence::read(bundle)?;
        let others = truth.is_home_busy();
        let judged = |evidence: Evidence| {
            let stall =
                evidence.answered(others).unwrap_or(evidence).explained().context("no stall any more")?;
            anyhow::Ok((truth.zone, Answer::of(&stall), record.shared))
        };
        named.push((truth.zone, said.answered.clone(), record.shared));
        found.push(judged(evidence.unvouched())?);
        without.push(judged(evidence.without(&[Target::Sibling]))?);
    }
    let columns = [&named, &found, &without].map(|answers| Judged::all(answers));
    writeln!(
        page,
        "\n## The server beside\n\n\
         The laboratory's settings name a server beside each of the video's: another machine of the same place that has the same\n\
         media. A viewer's settings seldom name one, and the check takes one that the page has had media from, if its address is\n\
         next to the late one's ([found](attribution.md#the-check)); it may be the same machine, and less is said by it. Where the page has\n\
         all of its media from one server, there is none. Here the same runs are judged in all three ways, with the viewer's answer.\n"
    )?;
    let mut table = Table::new(&["", "named", "found", "none"]);
    let mut row = |what: String, tell: &dyn Fn(&[Judged]) -> String| {
        table.row([what].into_iter().chain(columns.iter().map(|of| tell(of))));
    };
    row("the true zone in the set".to_owned(), &|of| share(of, Judged::inside));
    row("access or interconnect alone, when innocent".to_owned(), &|of| share(of, Judged::accuses));
    row("zones in the set, mean of the means of each true zone".to_owned(), &|of| {
        number(macro_mean(&of_one(of), size))
    });
    for zone in Zone::ALL {
        row(format!("alone: {}", name(zone)), &|of| {
            let of: Vec<Judged> = of.iter().copied().filter(|judged| judged.truth == zone).collect();
            share(&of_one(&of), Judged::alone)
        });
    }
    write!(page, "{table}")?;
    Ok(())
}
