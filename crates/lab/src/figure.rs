//! The figure of docs/accuracy.md.

use crate::measure::{Bin, wilson};
use std::fmt::Write;

/// Of a side, in pixels, and around it.
const SIDE: f64 = 320.0;
const MARGIN: f64 = 48.0;

/// Marks of the series.
const COLOURS: [&str; 3] = ["#9a6700", "#0969da", "#8250df"];

/// A reliability diagram: how often a zone was the true one, over the part that it was given. On the diagonal both agree.
pub fn reliability(series: &[(&str, Vec<Bin>)]) -> String {
    let across = |part: f64| MARGIN + part * SIDE;
    let up = |part: f64| MARGIN + (1.0 - part) * SIDE;
    let size = SIDE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>How often a zone was the true one, by the part of the stall that it was given</title>\n\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/>\n\
         <path d=\"M{0} {1}H{2}V{3}H{0}Z\" fill=\"none\" stroke=\"#d0d7de\"/>\n\
         <path d=\"M{0} {1}L{2} {3}\" stroke=\"#8c959f\" stroke-dasharray=\"4\"/>\n",
        across(0.0),
        up(0.0),
        across(1.0),
        up(1.0),
    );
    let text = |svg: &mut String, x: f64, y: f64, anchor: &str, words: &str| {
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"#1f2328\">{words}</text>"
        );
    };
    for percent in [0, 25, 50, 75, 100] {
        let part = f64::from(percent) / 100.0;
        text(&mut svg, across(part), up(0.0) + 16.0, "middle", &format!("{percent} %"));
        text(&mut svg, across(0.0) - 6.0, up(part) + 4.0, "end", &format!("{percent} %"));
    }
    text(&mut svg, across(0.5), up(0.0) + 36.0, "middle", "part of the stall that a zone was given");
    text(&mut svg, across(0.0), up(1.0) - 24.0, "start", "how often it came from there (95 % bounds)");
    for (number, ((title, _), colour)) in series.iter().zip(COLOURS).enumerate() {
        let y = up(1.0) + 18.0 + 16.0 * number as f64;
        text(&mut svg, across(0.0) + 22.0, y, "start", title);
        let _ = writeln!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{colour}\"/>",
            across(0.0) + 12.0,
            y - 4.0
        );
    }
    for ((_, bins), colour) in series.iter().zip(COLOURS) {
        for bin in bins {
            let (of, all) = (bin.true_of as f64, bin.zones as f64);
            let (low, high) = wilson(of, all);
            let x = across(bin.given);
            let _ = writeln!(svg, "<path d=\"M{x:.1} {:.1}V{:.1}\" stroke=\"{colour}\"/>", up(low), up(high));
            let _ =
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>", up(of / all));
        }
    }
    svg += "</svg>\n";
    svg
}
