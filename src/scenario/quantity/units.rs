//! The units of each quantity with their factors.
//!
//! It knows no syntax. Invariant: every factor is exact in the smallest unit of its quantity.

pub(super) const SPAN_UNITS: &[(&str, u64)] = &[
    ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];
pub(super) const SPAN_LIST: &str = "units: ns, us, ms, s, min, h, d, w";

pub(super) const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];
pub(super) const SIZE_LIST: &str =
    "units: B, KB, MB, GB, TB (thousands), KiB, MiB, GiB, TiB (1024s)";

pub(super) const BANDWIDTH_UNITS: &[(&str, u64)] = &[
    ("bit/s", 1),
    ("kbit/s", 1_000),
    ("Mbit/s", 1_000_000),
    ("Gbit/s", 1_000_000_000),
    ("Tbit/s", 1_000_000_000_000),
];
pub(super) const BANDWIDTH_LIST: &str = "units: bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s";

pub(super) const RATE_UNITS: &[(&str, u64)] = &[
    ("req/s", 1_000_000_000),
    ("req/min", 60_000_000_000),
    ("req/h", 3_600_000_000_000),
    ("req/d", 86_400_000_000_000),
    ("req/w", 604_800_000_000_000),
];
pub(super) const RATE_LIST: &str = "units: req/s, req/min, req/h, req/d, req/w";
