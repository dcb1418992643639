use hsmod_plugin_api::prelude::*;

struct Quiet;
struct Loud;

export_module!(Quiet, Loud);

fn main() {}
