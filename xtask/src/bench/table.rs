//! The table for a terminal: all figures, question by question.

use std::fmt::Write as _;

use super::figures::{Figures, Row};
use super::ways::time;

/// All rows, under a heading for each question and number of modules.
pub(super) fn table(figures: &Figures) -> String {
    let mut table = format!("{}\n", figures.machine);
    let mut before = None;
    for row in &figures.rows {
        let case = (&row.question, row.modules);
        if before != Some(case) {
            heading(&mut table, row);
            before = Some(case);
        }
        line(&mut table, row);
    }
    table
}

fn heading(table: &mut String, row: &Row) {
    let case = format!("{}, {}", row.question, counted(row.modules, "module"));
    // Writing to a string cannot fail.
    let _ = writeln!(
        table,
        "\n{case:<28}{:>10}{:>22}{:>8}{:>14}{:>8}{:>13}",
        "time", "four of five", "boxed=1", "instructions", "locked", "allocations"
    );
}

fn line(table: &mut String, row: &Row) {
    let [from, to] = row.ns_spread.map(time);
    let number = |number: Option<f64>| number.map_or_else(String::new, |n| n.to_string());
    let _ = writeln!(
        table,
        "  {:<26}{:>10}{:>22}{:>8}{:>14}{:>8}{:>13}",
        row.way,
        time(row.ns_median),
        format!("{from} - {to}"),
        ratio(row.ratio),
        number(row.instructions),
        number(row.locked),
        number(row.allocations),
    );
}

/// `1 module`, `3 modules`.
pub(super) fn counted(number: u32, what: &str) -> String {
    if number == 1 { format!("{number} {what}") } else { format!("{number} {what}s") }
}

/// A ratio with a sensible number of digits.
pub(super) fn ratio(ratio: f64) -> String {
    if ratio < 9.995 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_grouped_under_headings() {
        let table = table(&super::super::fixture());
        let expected = "\
A machine, 2 processors

ready, 1 module                   time          four of five boxed=1  instructions  locked  allocations
  direct                        8.1 ns       8.0 ns - 8.3 ns    0.24            90       0            0
  boxed                        33.5 ns     32.0 ns - 40.1 ns    1.00           264       0            1
  hsmod                        26.4 ns     26.0 ns - 31.0 ns    0.79           190       1            0
  webhook                      14.4 µs     13.9 µs - 20.0 µs     429                                   
  synapse_python               26.2 µs     26.0 µs - 26.9 µs     781                                   

ready, 10 modules                 time          four of five boxed=1  instructions  locked  allocations
  boxed                         270 ns       260 ns - 300 ns    1.00          2600       0           10
  hsmod                        91.0 ns     90.0 ns - 95.0 ns    0.34           900       1            0
";
        assert_eq!(table, expected, "\n{table}");
    }

    #[test]
    fn numbers_of_things_and_shares_are_short() {
        assert_eq!(counted(1, "module"), "1 module");
        assert_eq!(counted(10, "module"), "10 modules");
        assert_eq!(ratio(0.344), "0.34");
        assert_eq!(ratio(429.2), "429");
    }
}
