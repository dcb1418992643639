//! Titles of the ways and questions, and the format of times.

/// A way in which modules are asked.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
}

/// All ways that tables and charts show, from the closest to the most remote.
pub(super) const WAYS: [Way; 9] = [
    Way { name: "direct", title: "`async fn`, compiled in" },
    Way { name: "boxed", title: "`async-trait`, compiled in" },
    Way { name: "hsmod", title: "hsmod plugin" },
    Way { name: "sabi", title: "`abi_stable` + `async-ffi` library" },
    Way { name: "wasm_core", title: "WebAssembly (wasmtime)" },
    Way { name: "webhook", title: "webhook, HTTP kept alive" },
    Way { name: "unix_socket", title: "child process, Unix socket" },
    Way { name: "synapse_native", title: "hsmod plugin, in Synapse" },
    Way { name: "synapse_python", title: "Python module, in Synapse" },
];

/// Formats a time with three digits and a suitable unit.
pub(super) fn time(ns: f64) -> String {
    let (number, unit) = match ns {
        ns if ns < 999.5 => (ns, "ns"),
        ns if ns < 999_500.0 => (ns / 1e3, "µs"),
        ns => (ns / 1e6, "ms"),
    };
    let digits = match number {
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    // Below ten nanoseconds no clock justifies two decimals.
    let digits = if unit == "ns" { digits.min(1) } else { digits };
    format!("{number:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        for (ns, shown) in [
            (8.14, "8.1 ns"),
            (33.46, "33.5 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (14_367.0, "14.4 µs"),
            (259_127.0, "259 µs"),
            (1_200_000.0, "1.20 ms"),
        ] {
            assert_eq!(time(ns), shown);
        }
    }
}
