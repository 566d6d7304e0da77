//! Side files, places and distributions that are none.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        about: "paths that lead elsewhere",
        text: r#"fedsim = 1
[network.topology]
file = "../links.csv"
sites = "/data/sites.csv"
[parameters]
dns_cold = { dist = "empirical", file = "C:\\times.csv", column = "ms", unit = "ms" }
dns_warm = { dist = "empirical", file = "times.csv", column = "ms", unit = "ms" }
"#,
        diagnostics: "",
    },
    Case {
        about: "a topology beside a scenario that is no file, and sites without links",
        text: r#"fedsim = 1
[network.topology]
file = "links.csv"
"#,
        diagnostics: "",
    },
    Case {
        about: "sites without links",
        text: r#"fedsim = 1
[network.topology]
sites = "sites.csv"
"#,
        diagnostics: "",
    },
    Case {
        about: "places that are none",
        text: r#"fedsim = 1
[network]
distance = "metres"
[network.site.berlin]
coordinates = "52.5"
[network.site.munich]
coordinates = "48.1, 200"
time_zone = "Europe/Berlim"
"#,
        diagnostics: "",
    },
    Case {
        about: "distributions with a tail that they cannot have",
        text: r#"fedsim = 1
[parameters]
dns_warm = { dist = "weibull", median = "2 ms" }
dns_cold = { dist = "pareto", minimum = "9 ms", p99 = "5 ms" }
token_validation = { dist = "weibull", shape = "0.7", scale = "1 ms", median = "1 ms" }
pool_cold_start = { dist = "pareto", shape = "2", mean = "1 s" }
oauth_service = { dist = "weibull", shape = "1000", scale = "1 ms" }
"#,
        diagnostics: "",
    },
];
