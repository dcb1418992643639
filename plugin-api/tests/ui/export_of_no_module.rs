use hsmod_plugin_api::prelude::*;

struct Quiet;

export_module!(Quiet);

fn main() {}
