//! Bad scenarios: values of a wrong type, unit or range, each with its diagnostics to the letter.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        about: "text where a number should be",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = "many"
"#,
        diagnostics: r#"error[wrong-type]: `mailboxes` must be a whole number, not text
 --> bad.toml:4:13
  |
4 | mailboxes = "many"
  |             ^^^^^^ this is text
  |
  = help: for example `mailboxes = 1`

"#,
    },
    Case {
        about: "a number where text should be",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
exchange = 2013
windows = 2012
"#,
        diagnostics: r#"error[wrong-type]: `exchange` must be a version of Exchange, not a whole number
 --> bad.toml:4:12
  |
4 | exchange = 2013
  |            ^^^^ this is a whole number
  |
  = help: put it in quotes: `exchange = "2013"`

error[wrong-type]: `windows` must be one word of a list, not a whole number
 --> bad.toml:5:11
  |
5 | windows = 2012
  |           ^^^^ this is a whole number
  |
  = help: values: `2008 R2`, `2012`, `2012 R2`, `2016`, `2019`, `2022`

"#,
    },
    Case {
        about: "text where true or false should be",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
trust.exists = "false"
trust.registered = "no"
identifier.enabled = 0
"#,
        diagnostics: r#"error[wrong-type]: `exists` must be true or false, not text
 --> bad.toml:4:16
  |
4 | trust.exists = "false"
  |                ^^^^^^^
  |
  = help: remove the quotes: `exists = false`

error[wrong-type]: `registered` must be true or false, not text
 --> bad.toml:5:20
  |
5 | trust.registered = "no"
  |                    ^^^^ this is text
  |
  = help: for example `registered = true`

error[wrong-type]: `enabled` must be true or false, not a whole number
 --> bad.toml:6:22
  |
6 | identifier.enabled = 0
  |                      ^ this is a whole number
  |
  = help: for example `enabled = true`

"#,
    },
    Case {
        about: "a decimal number where a whole one should be",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = 12.5
"#,
        diagnostics: "error[wrong-type]: `mailboxes` must be a whole number, not a decimal number
 --> bad.toml:4:13
  |
4 | mailboxes = 12.5
  |             ^^^^ this is a decimal number
  |
  = help: for example `mailboxes = 1`

",
    },
    Case {
        about: "numbers out of range",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = 10_000_001
servers = 0
events_per_week = -1
"#,
        diagnostics: "error[out-of-range]: `mailboxes` is 10_000_001, but must be from 0 to 10000000
 --> bad.toml:4:13
  |
4 | mailboxes = 10_000_001
  |             ^^^^^^^^^^ out of range

error[out-of-range]: `servers` is 0, but must be from 1 to 1000
 --> bad.toml:5:11
  |
5 | servers = 0
  |           ^ out of range

error[out-of-range]: `events_per_week` is -1, but must be from 0 to 10000
 --> bad.toml:6:19
  |
6 | events_per_week = -1
  |                   ^^ out of range

",
    },
    Case {
        about: "numbers that fit no machine word",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = 99999999999999999999999
[run.seed]
world = 18446744073709551616
day = -0x1
"#,
        diagnostics: "error[out-of-range]: `mailboxes` is 99999999999999999999999, but must be from 0 to 10000000
 --> bad.toml:4:13
  |
4 | mailboxes = 99999999999999999999999
  |             ^^^^^^^^^^^^^^^^^^^^^^^ out of range

error[out-of-range]: `world` is 18446744073709551616, but must be from 0 to 18446744073709551615
 --> bad.toml:6:9
  |
6 | world = 18446744073709551616
  |         ^^^^^^^^^^^^^^^^^^^^ out of range

error[toml-syntax]: this is not TOML: integers with a radix cannot be signed, expected nothing
 --> bad.toml:7:7
  |
7 | day = -0x1
  |       ^

",
    },
    Case {
        about: "a table where text should be",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
setup.mode = "federated"
exchange = {}
"#,
        diagnostics: r#"error[wrong-type]: `setup` must be text, not a table
 --> bad.toml:4:1
  |
4 | setup.mode = "federated"
  | ^^^^^ this is a table
  |
  = help: for example `setup = "text"`

error[wrong-type]: `exchange` must be a version of Exchange, not a table
 --> bad.toml:5:12
  |
5 | exchange = {}
  |            ^^ this is a table
  |
  = help: for example `exchange = "2013 SP1"`

"#,
    },
    Case {
        about: "a list where one value should be",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
exchange = ["2013 SP1"]
"#,
        diagnostics: r#"error[wrong-type]: `exchange` must be a version of Exchange, not a list
 --> bad.toml:4:12
  |
4 | exchange = ["2013 SP1"]
  |            ^^^^^^^^^^^^ this is a list
  |
  = help: for example `exchange = "2013 SP1"`

"#,
    },
    Case {
        about: "one value where a list should be",
        text: r#"fedsim = 1
[org.contoso]
domains = "contoso.com"
"#,
        diagnostics: r#"error[wrong-type]: `domains` must be a list, not text
 --> bad.toml:3:11
  |
3 | domains = "contoso.com"
  |           ^^^^^^^^^^^^^ this is text
  |
  = help: write a list: `domains = ["contoso.com"]`

"#,
    },
    Case {
        about: "a date where text should be",
        text: "fedsim = 1
title = 2026-03-02
",
        diagnostics: r#"error[wrong-type]: `title` must be text, not a date or time
 --> bad.toml:2:9
  |
2 | title = 2026-03-02
  |         ^^^^^^^^^^ this is a date or time
  |
  = help: for example `title = "text"`

"#,
    },
    Case {
        about: "spans without a unit",
        text: r#"fedsim = 1
[run]
length = 60
[parameters]
tls_cpu = 1.5
micro_delay = "100"
"#,
        diagnostics: r#"error[missing-unit]: `60` has no unit
 --> bad.toml:3:10
  |
3 | length = 60
  |          ^^ a unit is missing
  |
  = help: add a unit, such as `"60 ms"` (units: ns, us, ms, s, min, h, d, w)

error[missing-unit]: `1.5` has no unit
 --> bad.toml:5:11
  |
5 | tls_cpu = 1.5
  |           ^^^ a unit is missing
  |
  = help: add a unit, such as `"1.5 ms"` (units: ns, us, ms, s, min, h, d, w)

error[missing-unit]: `100` has no unit
 --> bad.toml:6:16
  |
6 | micro_delay = "100"
  |                ^^^ a unit is missing
  |
  = help: add a unit, such as `"100 ms"` (units: ns, us, ms, s, min, h, d, w)

"#,
    },
    Case {
        about: "spans with a wrong unit",
        text: r#"fedsim = 1
[run]
length = "2 hours"
[parameters]
tls_cpu = "2 m"
micro_delay = "1 month"
connect_timeout = "1 parsec"
"#,
        diagnostics: r#"error[unknown-unit]: unknown unit `hours` of a span of time
 --> bad.toml:3:13
  |
3 | length = "2 hours"
  |             ^^^^^ not a unit
  |
  = help: did you mean `h`? (units: ns, us, ms, s, min, h, d, w)

error[unknown-unit]: `m` could be minutes, months or milliseconds
 --> bad.toml:5:14
  |
5 | tls_cpu = "2 m"
  |              ^ not a unit
  |
  = help: write `min` for minutes, `ms` for milliseconds

error[unknown-unit]: `month` has no fixed length
 --> bad.toml:6:18
  |
6 | micro_delay = "1 month"
  |                  ^^^^^ not a unit
  |
  = help: give the days, such as `365 d`

error[unknown-unit]: unknown unit `parsec` of a span of time
 --> bad.toml:7:22
  |
7 | connect_timeout = "1 parsec"
  |                      ^^^^^^ not a unit
  |
  = help: units: ns, us, ms, s, min, h, d, w

"#,
    },
    Case {
        about: "spans that are no quantities",
        text: r#"fedsim = 1
[parameters]
tls_cpu = ""
micro_delay = "soon"
connect_timeout = "1,5 s"
http_timeout = "30 s 1 min"
dns_timeout = "-5 s"
"#,
        diagnostics: r#"error[bad-value]: an empty text is no quantity
 --> bad.toml:3:11
  |
3 | tls_cpu = ""
  |           ^^
  |
  = help: write a number and a unit, such as `250 ms` (units: ns, us, ms, s, min, h, d, w)

error[bad-value]: `soon` does not begin with a number
 --> bad.toml:4:16
  |
4 | micro_delay = "soon"
  |                ^^^^
  |
  = help: write a number and a unit, such as `250 ms` (units: ns, us, ms, s, min, h, d, w)

error[bad-value]: `,` in the number `1,5`
 --> bad.toml:5:20
  |
5 | connect_timeout = "1,5 s"
  |                    ^^^
  |
  = help: write digits alone, with a point before decimals, such as `1.5`

error[bad-value]: the units of `30 s 1 min` do not go from large to small
 --> bad.toml:6:24
  |
6 | http_timeout = "30 s 1 min"
  |                        ^^^
  |
  = help: write the larger unit first and each unit once, such as `2 h 30 min`

error[out-of-range]: `-5 s` has a sign, but a span of time has none
 --> bad.toml:7:16
  |
7 | dns_timeout = "-5 s"
  |                ^ out of range
  |
  = help: write it without the sign, such as `5 min`

"#,
    },
    Case {
        about: "spans out of range",
        text: r#"fedsim = 1
[run]
length = "0"
[parameters]
minimum_delay = "50 us"
connect_timeout = "99999999999999999999 w"
http_timeout = "0.5 ns"
dns_timeout = "0 s"
[request.lookup]
at = "+1 h"
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
interval = "367 d"
"#,
        diagnostics: r#"error[out-of-range]: `length` is 0 s, but must be more than nothing
 --> bad.toml:3:11
  |
3 | length = "0"
  |           ^ out of range
  |
  = help: from 1 ns to 3660 d

error[out-of-range]: `minimum_delay` is 50 us, but must be at least 100 us
 --> bad.toml:5:18
  |
5 | minimum_delay = "50 us"
  |                  ^^^^^ out of range
  |
  = help: from 100 us to 1 s

error[out-of-range]: `99999999999999999999 w` is more than this quantity holds
 --> bad.toml:6:20
  |
6 | connect_timeout = "99999999999999999999 w"
  |                    ^^^^^^^^^^^^^^^^^^^^ out of range
  |
  = help: use a smaller number

error[out-of-range]: `0.5 ns` is too fine: time is counted in whole nanoseconds
 --> bad.toml:7:17
  |
7 | http_timeout = "0.5 ns"
  |                 ^^^ out of range
  |
  = help: use fewer decimals

error[out-of-range]: `dns_timeout` is 0 s, but must be more than nothing
 --> bad.toml:8:16
  |
8 | dns_timeout = "0 s"
  |                ^^^ out of range
  |
  = help: from 1 ns to 36525 d

error[out-of-range]: `interval` is 367 d, but must be at most 366 d
  --> bad.toml:13:13
   |
13 | interval = "367 d"
   |             ^^^^^ out of range
   |
   = help: from 1 ns to 366 d

"#,
    },
    Case {
        about: "a run of more than ten years",
        text: r#"fedsim = 1
[run]
length = "600 w"
"#,
        diagnostics: r#"error[out-of-range]: `length` is 4200 d, but must be at most 3660 d
 --> bad.toml:3:11
  |
3 | length = "600 w"
  |           ^^^^^ out of range
  |
  = help: from 1 ns to 3660 d

"#,
    },
    Case {
        about: "shares",
        text: r#"fedsim = 1
[parameters]
loss = 0.05
compressed_share = "115 %"
[network.link."a - b"]
rtt = "1 ms"
loss = "5"
[network.private."a - b"]
rtt = "1 ms"
loss = "-5 %"
"#,
        diagnostics: r#"error[missing-unit]: `0.05` has no unit
 --> bad.toml:3:8
  |
3 | loss = 0.05
  |        ^^^^ a unit is missing
  |
  = help: a share is written in percent, such as `"5 %"`

error[out-of-range]: `115 %` is more than 100 %
 --> bad.toml:4:21
  |
4 | compressed_share = "115 %"
  |                     ^^^^^ out of range
  |
  = help: a share is from 0 % to 100 %

error[missing-unit]: `5` has no unit
 --> bad.toml:7:9
  |
7 | loss = "5"
  |         ^ a unit is missing
  |
  = help: add a unit, such as `"5 %"` (the unit is %)

error[out-of-range]: `-5 %` has a sign
  --> bad.toml:10:9
   |
10 | loss = "-5 %"
   |         ^ out of range
   |
   = help: write it without the sign, such as `5 %`

"#,
    },
    Case {
        about: "sizes and bandwidths",
        text: r#"fedsim = 1
[parameters]
token_request = "6 kb"
token_response = 9000
client_request = "0.5 B"
encrypted_token = "99999999999 TB"
[network.link."a - b"]
rtt = "1 ms"
bandwidth = "10 Mbps"
"#,
        diagnostics: r#"error[unknown-unit]: unknown unit `kb` of a size
 --> bad.toml:3:20
  |
3 | token_request = "6 kb"
  |                    ^^ not a unit
  |
  = help: did you mean `KB`? (units: B, KB, MB, GB, TB (thousands), KiB, MiB, GiB, TiB (1024s))

error[missing-unit]: `9000` has no unit
 --> bad.toml:4:18
  |
4 | token_response = 9000
  |                  ^^^^ a unit is missing
  |
  = help: add a unit, such as `"9000 B"` (units: B, KB, MB, GB, TB (thousands), KiB, MiB, GiB, TiB (1024s))

error[out-of-range]: `0.5 B` is too fine: a size is a whole number of bytes
 --> bad.toml:5:19
  |
5 | client_request = "0.5 B"
  |                   ^^^ out of range
  |
  = help: use fewer decimals

error[out-of-range]: `99999999999 TB` is more than this quantity holds
 --> bad.toml:6:20
  |
6 | encrypted_token = "99999999999 TB"
  |                    ^^^^^^^^^^^ out of range
  |
  = help: use a smaller number

error[unknown-unit]: unknown unit `Mbps` of a bandwidth
 --> bad.toml:9:17
  |
9 | bandwidth = "10 Mbps"
  |                 ^^^^ not a unit
  |
  = help: did you mean `Mbit/s`? (units: bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s)

"#,
    },
    Case {
        about: "offsets",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
[org.contoso.server.cas1]
clock_offset = 6
[org.contoso.server.cas2]
clock_offset = "six minutes"
[gateway.business]
clock_offset = "+- 6 min"
"#,
        diagnostics: r#"error[missing-unit]: `6` has no unit
 --> bad.toml:5:16
  |
5 | clock_offset = 6
  |                ^ a unit is missing
  |
  = help: add a unit, such as `"6 ms"` (units: ns, us, ms, s, min, h, d, w)

error[bad-value]: `six minutes` does not begin with a number
 --> bad.toml:7:17
  |
7 | clock_offset = "six minutes"
  |                 ^^^^^^^^^^^
  |
  = help: write a number and a unit, such as `250 ms` (units: ns, us, ms, s, min, h, d, w)

error[bad-value]: `- 6 min` does not begin with a number
 --> bad.toml:9:18
  |
9 | clock_offset = "+- 6 min"
  |                  ^^^^^^^
  |
  = help: write a number and a unit, such as `250 ms` (units: ns, us, ms, s, min, h, d, w)

"#,
    },
    Case {
        about: "instants",
        text: r#"fedsim = 1
[run]
start = "+2 h"
[gateway.business]
tls_not_after = "2026-02-30"
rollover_first = "soon"
[request.a]
at = "25:00"
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
[request.c]
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
at = "day 0 09:00"
[request.b]
at = 2500-01-01T00:00:00Z
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
[request.d]
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
at = 12
"#,
        diagnostics: r#"error[bad-instant]: `+2 h` is counted from the start of the run
 --> bad.toml:3:10
  |
3 | start = "+2 h"
  |          ^^^^
  |
  = help: write an instant such as `2026-03-02T08:00:00Z`, or `2026-03-02T08:00:00` in `time_zone`

error[bad-instant]: there is no date `2026-02-30`
 --> bad.toml:5:18
  |
5 | tls_not_after = "2026-02-30"
  |                  ^^^^^^^^^^
  |
  = help: months have 28 to 31 days

error[bad-instant]: `soon` is no instant
 --> bad.toml:6:19
  |
6 | rollover_first = "soon"
  |                   ^^^^
  |
  = help: write an instant such as `2026-03-02T08:00:00Z`, `"+2 h"` from the start, `"day 3 09:30"` or `"11:00"`

error[bad-instant]: there is no time of day `25:00`
 --> bad.toml:8:7
  |
8 | at = "25:00"
  |       ^^^^^
  |
  = help: hours go from 00 to 23, minutes and seconds to 59; leap seconds are not simulated

error[bad-instant]: `day 0 09:00` is no instant
  --> bad.toml:14:7
   |
14 | at = "day 0 09:00"
   |       ^^^^^^^^^^^
   |
   = help: write an instant such as `2026-03-02T08:00:00Z`, `"+2 h"` from the start, `"day 3 09:30"` or `"11:00"`

error[out-of-range]: `2500-01-01T00:00:00Z` is out of range
  --> bad.toml:16:6
   |
16 | at = 2500-01-01T00:00:00Z
   |      ^^^^^^^^^^^^^^^^^^^^ out of range
   |
   = help: instants go from 1970 to the end of 2499

error[wrong-type]: `at` must be an instant, not a whole number
  --> bad.toml:22:6
   |
22 | at = 12
   |      ^^ this is a whole number
   |
   = help: for example `at = "+2 h"`

"#,
    },
    Case {
        about: "a start before 1970",
        text: "fedsim = 1
[run]
start = 1969-12-31T23:00:00Z
",
        diagnostics: "error[out-of-range]: `1969-12-31T23:00:00Z` is out of range
 --> bad.toml:3:9
  |
3 | start = 1969-12-31T23:00:00Z
  |         ^^^^^^^^^^^^^^^^^^^^ out of range
  |
  = help: instants go from 1970 to the end of 2499

",
    },
    Case {
        about: "time zones",
        text: r#"fedsim = 1
[run]
time_zone = "Europe/Berln"
"#,
        diagnostics: r#"error[unknown-zone]: there is no time zone `Europe/Berln`
 --> bad.toml:3:13
  |
3 | time_zone = "Europe/Berln"
  |             ^^^^^^^^^^^^^^
  |
  = help: did you mean `Europe/Berlin`?

"#,
    },
    Case {
        about: "a time zone by its letters",
        text: r#"fedsim = 1
[run]
time_zone = "CEST"
start = 2026-03-02T08:00:00
"#,
        diagnostics: r#"error[unknown-zone]: there is no time zone `CEST`
 --> bad.toml:3:13
  |
3 | time_zone = "CEST"
  |             ^^^^^^
  |
  = help: did you mean `CET`?

"#,
    },
    Case {
        about: "distributions",
        text: r#"fedsim = 1
[parameters]
client_delay = { median = "2 ms" }
directory_resolution = { dist = "normal", mean = "2 ms" }
dns_warm = { dist = "lognormal", median = "20 ms", p99 = "5 ms" }
dns_cold = { dist = "uniform", low = "5 ms" }
token_validation = { dist = "gamma", mean = "5 ms", shape = "wide" }
autodiscover_service = { dist = "exponential", mean = 5 }
availability_fixed = { dist = "gamma", mean = "5 ms", shape = 0 }
availability_per_mailbox = true
pool_cold_start = { dist = 1 }
oauth_service = "fast"
"#,
        diagnostics: r#"error[missing-key]: `client_delay` does not say which distribution it is
 --> bad.toml:3:16
  |
3 | client_delay = { median = "2 ms" }
  |                ^^^^^^^^^^^^^^^^^^^ `dist` is missing
  |
  = help: such as `{ dist = "lognormal", median = "180 ms", p99 = "1.8 s" }`

error[bad-value]: `normal` is no value of `dist`
 --> bad.toml:4:33
  |
4 | directory_resolution = { dist = "normal", mean = "2 ms" }
  |                                 ^^^^^^^^
  |
  = help: did you mean `lognormal`? (values: `constant`, `uniform`, `exponential`, `lognormal`, `gamma`, `weibull`, `pareto`, `empirical`)

error[out-of-range]: `dns_warm`: p99 `5 ms` is below the median `20 ms`
 --> bad.toml:5:12
  |
5 | dns_warm = { dist = "lognormal", median = "20 ms", p99 = "5 ms" }
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: raise p99 to `20 ms` or more

error[missing-key]: the distribution `uniform` needs `high`
 --> bad.toml:6:12
  |
6 | dns_cold = { dist = "uniform", low = "5 ms" }
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `high` is missing
  |
  = help: `uniform` has `low`, `high`

error[bad-value]: `wide` does not begin with a number
 --> bad.toml:7:62
  |
7 | token_validation = { dist = "gamma", mean = "5 ms", shape = "wide" }
  |                                                              ^^^^
  |
  = help: write a plain number, such as `2.5`

error[missing-unit]: `5` has no unit
 --> bad.toml:8:55
  |
8 | autodiscover_service = { dist = "exponential", mean = 5 }
  |                                                       ^ a unit is missing
  |
  = help: add a unit, such as `"5 ms"` (units: ns, us, ms, s, min, h, d, w)

error[out-of-range]: `availability_fixed`: shape `0` is out of range
 --> bad.toml:9:22
  |
9 | availability_fixed = { dist = "gamma", mean = "5 ms", shape = 0 }
  |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: use a number from 0.001 to 1000000

error[wrong-type]: `availability_per_mailbox` must be a distribution of spans, not true or false
  --> bad.toml:10:28
   |
10 | availability_per_mailbox = true
   |                            ^^^^ this is true or false
   |
   = help: for example `availability_per_mailbox = "180 ms"`

error[wrong-type]: `dist` must be text, not a whole number
  --> bad.toml:11:28
   |
11 | pool_cold_start = { dist = 1 }
   |                            ^ this is a whole number
   |
   = help: put it in quotes: `dist = "1"`

error[bad-value]: `fast` does not begin with a number
  --> bad.toml:12:18
   |
12 | oauth_service = "fast"
   |                  ^^^^
   |
   = help: write a number and a unit, such as `250 ms` (units: ns, us, ms, s, min, h, d, w)

"#,
    },
    Case {
        about: "what is asked, and what a relationship gives of MailTips and photos",
        text: r#"fedsim = 1
[relationship."contoso -> fabrikam"]
mail_tips_access_level = "Everything"
[request.tips]
at = "+1 h"
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
asks = "mailtips"
"#,
        diagnostics: r#"error[bad-value]: `Everything` is no value of `mail_tips_access_level`
 --> bad.toml:3:26
  |
3 | mail_tips_access_level = "Everything"
  |                          ^^^^^^^^^^^^
  |
  = help: values: `None`, `Limited`, `All`

error[bad-value]: `mailtips` is no value of `asks`
 --> bad.toml:8:8
  |
8 | asks = "mailtips"
  |        ^^^^^^^^^^
  |
  = help: did you mean `mail-tips`? (values: `free-busy`, `mail-tips`, `photos`, `shared-calendar`, `synchronization`, `delivery-reports`, `archive`)

"#,
    },
];
