//! Bans who stands on the policy lists of Draupnir, Mjolnir or Meowlnir.
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "the module that asks them comes next")]

mod glob;
mod list;
mod rules;
