//! Of docs/accuracy.md what a check tells where no server beside the late one is known.

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
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for record in checked {
        let Some((truth, said)) = record.truth.as_ref().zip(record.stall.as_ref()) else { continue };
        let bundle = record.bundles.get(said.number).context("a stall without evidence")?;
        let unasked = Evidence::read(bundle)?.without(Target::Sibling);
        let stall = unasked.explained().context("no stall without the server beside")?;
        with.push((truth.zone, said.answer.clone(), record.shared));
        without.push((truth.zone, Answer::of(&stall), record.shared));
    }
    let (with, without) = (Judged::all(&with), Judged::all(&without));
    writeln!(
        page,
        "\n## Without a server beside\n\n\
         The laboratory's check knows a server beside each of the video's: another machine of the same network that has the same\n\
         media. A viewer's knows one where the settings name it. Here the same runs are judged without what that server was\n\
         asked.\n"
    )?;
    let mut table = Table::new(&["", "with it", "without"]);
    let mut row = |what: String, tell: &dyn Fn(&[Judged]) -> String| {
        table.row([what, tell(&with), tell(&without)]);
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
