//! The chart of the README: how long one question takes in each way, on a scale of powers of ten.
//!
//! The chart has its own background in a light and a dark variant, so that it is readable wherever
//! it is shown. The ways of hsmod are highlighted by colour and, for readers who cannot see
//! colours, in bold.

use std::fmt::Write as _;

use super::figures::Figures;
use super::ways::{WAYS, time};

/// The question and the two numbers of modules that the chart shows.
const QUESTION: &str = "ready";
const FEW: u32 = 1;
const MANY: u32 = 10;
/// The ways to highlight.
const OURS: [&str; 2] = ["hsmod", "synapse_native"];

/// The layout, in pixels.
const WIDTH: f64 = 840.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 640.0;
const TOP: f64 = 96.0;
const LINE: f64 = 30.0;
/// The right edges of the columns of times.
const FEW_AT: f64 = RIGHT + 80.0;
const MANY_AT: f64 = RIGHT + 180.0;

const STYLE: &str = "\
  svg { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif }
  .back { fill: #ffffff } .text { fill: #1f2328 } .soft { fill: #59636e }
  .grid { stroke: #d1d9e0 } .span { stroke: #afb8c1; stroke-width: 3 }
  .few { fill: #6e7781 } .many { fill: #ffffff; stroke: #6e7781; stroke-width: 2 }
  .title { font-size: 15px; font-weight: 600 } .number { text-anchor: end }
  .ours .text { font-weight: 700 } .ours .few { fill: #0969da }
  .ours .many { stroke: #0969da } .ours .span { stroke: #54aeff }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .text { fill: #f0f6fc } .soft { fill: #9198a1 }
    .grid { stroke: #30363d } .span { stroke: #656c76 }
    .few { fill: #9198a1 } .many { fill: #0d1117; stroke: #9198a1 }
    .ours .few { fill: #4493f8 } .ours .many { stroke: #4493f8 } .ours .span { stroke: #1f6feb }
  }
";

/// One line of the chart.
struct Line {
    name: &'static str,
    title: String,
    few: f64,
    many: Option<f64>,
}

/// Powers of ten of nanoseconds.
struct Scale {
    least: i32,
    most: i32,
}

impl Scale {
    /// A scale that covers all lines.
    fn of(lines: &[Line]) -> Self {
        let all = || lines.iter().flat_map(|line| [Some(line.few), line.many]).flatten();
        let least = all().fold(f64::INFINITY, f64::min).max(1.0).log10().floor();
        let most = all().fold(1.0, f64::max).log10().ceil();
        #[allow(clippy::cast_possible_truncation, reason = "the powers of ten of a time are few")]
        let (least, most) = (if least.is_finite() { least as i32 } else { 0 }, most as i32);
        Self { least, most: most.max(least + 1) }
    }

    fn x(&self, ns: f64) -> f64 {
        let share =
            (ns.max(1.0).log10() - f64::from(self.least)) / f64::from(self.most - self.least);
        LEFT + share * (RIGHT - LEFT)
    }
}

/// The chart, as SVG.
pub(super) fn chart(figures: &Figures) -> String {
    let lines: Vec<Line> = WAYS
        .iter()
        .filter_map(|way| {
            let few = figures.row(QUESTION, way.name, FEW)?.ns_median;
            let many = figures.row(QUESTION, way.name, MANY).map(|row| row.ns_median);
            Some(Line { name: way.name, title: way.title.replace('`', ""), few, many })
        })
        .collect();
    let bottom = lines.iter().fold(TOP, |y, _| y + LINE);
    let scale = Scale::of(&lines);
    let mut svg = head(bottom + 34.0, &lines);
    grid(&mut svg, &scale, bottom);
    let mut y = TOP + LINE / 2.0;
    for line in &lines {
        drawn(&mut svg, &scale, line, y);
        y += LINE;
    }
    svg += "</svg>\n";
    svg
}

/// The part above the lines, and a description for screen readers.
fn head(height: f64, lines: &[Line]) -> String {
    let told: Vec<String> =
        lines.iter().map(|line| format!("{}: {}", line.title, time(line.few))).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n\
         <title>How long one question takes, by how a module is asked</title>\n\
         <desc>With one module. {}</desc>\n<style>\n{STYLE}</style>\n\
         <rect class=\"back\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n\
         <text class=\"text title\" x=\"20\" y=\"32\">Is the sender on a list of 1,000 users? \
         One question, by how a module is asked</text>\n\
         <circle class=\"few\" cx=\"27\" cy=\"56\" r=\"6\"/>\
         <text class=\"soft\" x=\"40\" y=\"60.5\">{FEW} module</text>\n\
         <circle class=\"many\" cx=\"127\" cy=\"56\" r=\"5\"/>\
         <text class=\"soft\" x=\"140\" y=\"60.5\">{MANY} modules; each step to the right is ten \
         times as long</text>\n\
         <text class=\"soft number\" x=\"{FEW_AT}\" y=\"{y}\">{FEW} module</text>\n\
         <text class=\"soft number\" x=\"{MANY_AT}\" y=\"{y}\">{MANY} modules</text>\n",
        told.join(", "),
        y = TOP - 8.0,
    )
}

/// A labelled grid line for each power of ten.
fn grid(svg: &mut String, scale: &Scale, bottom: f64) {
    for power in scale.least..=scale.most {
        let x = scale.x(10_f64.powi(power));
        let (number, unit) = match power {
            ..3 => (power, "ns"),
            3..6 => (power - 3, "µs"),
            _ => (power - 6, "ms"),
        };
        let number = 10_f64.powi(number);
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
             <text class=\"soft\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{}\">{number} {unit}</text>",
            bottom + 20.0
        );
    }
}

/// Draws one way: its name, its marks and its times.
fn drawn(svg: &mut String, scale: &Scale, line: &Line, y: f64) {
    let class = if OURS.contains(&line.name) { "ours" } else { "other" };
    let (few, base) = (scale.x(line.few), y + 4.5);
    let _ = writeln!(svg, "<g class=\"{class}\">");
    let _ = writeln!(svg, "<text class=\"text\" x=\"20\" y=\"{base}\">{}</text>", line.title);
    if let Some(many) = line.many {
        let x = scale.x(many);
        let _ = writeln!(
            svg,
            "<line class=\"span\" x1=\"{few:.1}\" x2=\"{x:.1}\" y1=\"{y}\" y2=\"{y}\"/>\
             <circle class=\"many\" cx=\"{x:.1}\" cy=\"{y}\" r=\"5\"/>\
             <text class=\"text number\" x=\"{MANY_AT}\" y=\"{base}\">{}</text>",
            time(many)
        );
    }
    let _ = writeln!(
        svg,
        "<circle class=\"few\" cx=\"{few:.1}\" cy=\"{y}\" r=\"6\"/>\
         <text class=\"text number\" x=\"{FEW_AT}\" y=\"{base}\">{}</text>\n</g>",
        time(line.few)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the whole chart. After a change, look at the new chart and then update the fixture.
    #[test]
    fn the_chart_matches_the_reviewed_file() {
        let made = chart(&super::super::fixture());
        assert!(made == include_str!("chart/fixture.svg"), "{made}");
    }

    #[test]
    fn all_that_is_shown_is_within_the_scale() {
        for (few, many) in [(8.1, None), (1.0, Some(10.0)), (0.4, None), (14_367.0, Some(2.6e6))] {
            let line = || Line { name: OURS[0], title: String::new(), few, many };
            let scale = Scale::of(&[line()]);
            for ns in [Some(few), many].into_iter().flatten() {
                assert!((LEFT..=RIGHT).contains(&scale.x(ns)), "{ns} ns: {}", scale.x(ns));
            }
        }
    }

    #[test]
    fn nothing_that_was_measured_makes_an_empty_chart() {
        let none = Figures { machine: String::new(), rows: Vec::new() };
        assert!(chart(&none).ends_with("</svg>\n"));
    }
}
