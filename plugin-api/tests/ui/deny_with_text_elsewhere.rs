use hsmod_plugin_api::prelude::*;

fn refuse() -> Verdict {
    Verdict::deny(ErrorCode::Forbidden, "Not on Sundays")
}

fn main() {
    refuse();
}
