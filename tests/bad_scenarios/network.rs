//! Side files, places and distributions that are none.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        about: "a record that is at the servers before it is added",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
[dns.zone."contoso.com"]
propagation = "-20 min"
"#,
        diagnostics: r#"error[out-of-range]: `-20 min` has a sign, but a span of time has none
 --> bad.toml:5:16
  |
5 | propagation = "-20 min"
  |                ^ out of range
  |
  = help: write it without the sign, such as `5 min`

"#,
    },
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
        diagnostics: r#"error[bad-path]: `../links.csv` leads out of the scenario's directory
 --> bad.toml:3:8
  |
3 | file = "../links.csv"
  |        ^^^^^^^^^^^^^^ not a path below the scenario's directory
  |
  = help: put the file into the scenario's directory or below it

error[bad-path]: `/data/sites.csv` is not relative
 --> bad.toml:4:9
  |
4 | sites = "/data/sites.csv"
  |         ^^^^^^^^^^^^^^^^^ not a path below the scenario's directory
  |
  = help: put the file beside the scenario and name it from there, such as `data/times.csv`

error[bad-path]: `C:\times.csv` has a backslash
 --> bad.toml:6:41
  |
6 | dns_cold = { dist = "empirical", file = "C:\\times.csv", column = "ms", unit = "ms" }
  |                                         ^^^^^^^^^^^^^^^ not a path below the scenario's directory
  |
  = help: write `/` between directories: it works on every system

error[no-directory]: `times.csv` cannot be read: this scenario is not a file
 --> bad.toml:7:41
  |
7 | dns_warm = { dist = "empirical", file = "times.csv", column = "ms", unit = "ms" }
  |                                         ^^^^^^^^^^^ a path from the scenario's directory
  |
  = help: save the scenario as a file beside it; standard input has no directory

"#,
    },
    Case {
        about: "a topology beside a scenario that is no file",
        text: r#"fedsim = 1
[network.topology]
file = "links.csv"
"#,
        diagnostics: r#"error[no-directory]: `links.csv` cannot be read: this scenario is not a file
 --> bad.toml:3:8
  |
3 | file = "links.csv"
  |        ^^^^^^^^^^^ a path from the scenario's directory
  |
  = help: save the scenario as a file beside it; standard input has no directory

"#,
    },
    Case {
        about: "sites without links",
        text: r#"fedsim = 1
[network.topology]
sites = "sites.csv"
"#,
        diagnostics: r#"error[missing-key]: `sites` without a file of links
 --> bad.toml:3:9
  |
3 | sites = "sites.csv"
  |         ^^^^^^^^^^^
  |
  = help: name the file of links with `file`; it may hold a header alone

"#,
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
        diagnostics: r#"error[bad-value]: `metres` is no value of `distance`
 --> bad.toml:3:12
  |
3 | distance = "metres"
  |            ^^^^^^^^
  |
  = help: values: `classes`, `coordinates`

error[bad-coordinates]: these are no coordinates
 --> bad.toml:5:15
  |
5 | coordinates = "52.5"
  |               ^^^^^^
  |
  = help: write degrees north and east, negative for south and west, such as `47.61, -122.33`

error[bad-coordinates]: these coordinates are beyond a pole or the date line
 --> bad.toml:7:15
  |
7 | coordinates = "48.1, 200"
  |               ^^^^^^^^^^^
  |
  = help: north is from -90 to 90, east from -180 to 180

error[unknown-zone]: there is no time zone `Europe/Berlim`
 --> bad.toml:8:13
  |
8 | time_zone = "Europe/Berlim"
  |             ^^^^^^^^^^^^^^^
  |
  = help: did you mean `Europe/Berlin`?

"#,
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
        diagnostics: r#"error[missing-key]: the distribution `weibull` needs `p99`
 --> bad.toml:3:12
  |
3 | dns_warm = { dist = "weibull", median = "2 ms" }
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `p99` is missing
  |
  = help: `weibull` has `shape`, `scale`; or `shape`, `median`; or `median`, `p99`

error[out-of-range]: `dns_cold`: p99 `5 ms` is below the minimum `9 ms`
 --> bad.toml:4:12
  |
4 | dns_cold = { dist = "pareto", minimum = "9 ms", p99 = "5 ms" }
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: raise p99 above `9 ms`

error[bad-value]: the distribution `weibull` is given twice over
 --> bad.toml:5:20
  |
5 | token_validation = { dist = "weibull", shape = "0.7", scale = "1 ms", median = "1 ms" }
  |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: `weibull` has `shape`, `scale`; or `shape`, `median`; or `median`, `p99`

error[unknown-key]: unknown key `mean` of the distribution `pareto`
 --> bad.toml:6:51
  |
6 | pool_cold_start = { dist = "pareto", shape = "2", mean = "1 s" }
  |                                                   ^^^^ not a known key
  |
  = help: `pareto` has `shape`, `minimum`; or `minimum`, `p99`

error[out-of-range]: `oauth_service`: shape `1000` is out of range
 --> bad.toml:7:17
  |
7 | oauth_service = { dist = "weibull", shape = "1000", scale = "1 ms" }
  |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: give parameters with a shape from 0.1 to 100

"#,
    },
];
