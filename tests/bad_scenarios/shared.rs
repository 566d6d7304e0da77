//! Shared calendars: what is asked, how many there are, how often they are synchronized and opened.

use super::Case;

pub const CASES: &[Case] = &[Case {
    about: "a workload of shared calendars, and a request for one",
    text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = 10
[workload.sharing]
from = ["contoso"]
asks = "synchronisation"
subscriptions = 2_000_000
cycle = "10 s"
opens = "often"
granted = { AvailabilityOnly = "50 %", Reviewer = "50 %" }
[request.open]
at = "+1 h"
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
asks = "shared-calender"
"#,
    diagnostics: r#"error[bad-value]: `synchronisation` is no value of `asks`
 --> bad.toml:7:8
  |
7 | asks = "synchronisation"
  |        ^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `synchronization`? (values: `free-busy`, `mail-tips`, `photos`, `synchronization`, `delivery-reports`, `archive`, `invitation`)

error[out-of-range]: `subscriptions` is 2_000_000, but must be from 0 to 1000000
 --> bad.toml:8:17
  |
8 | subscriptions = 2_000_000
  |                 ^^^^^^^^^ out of range

error[out-of-range]: `cycle` is 10 s, but must be at least 1 min
 --> bad.toml:9:10
  |
9 | cycle = "10 s"
  |          ^^^^ out of range
  |
  = help: from 1 min to 366 d

error[bad-value]: `often` does not begin with a number
  --> bad.toml:10:10
   |
10 | opens = "often"
   |          ^^^^^
   |
   = help: write a number and a unit, such as `60 req/h` (units: req/s, req/min, req/h, req/d, req/w)

error[bad-value]: `Reviewer` is no value of `granted`
  --> bad.toml:11:40
   |
11 | granted = { AvailabilityOnly = "50 %", Reviewer = "50 %" }
   |                                        ^^^^^^^^
   |
   = help: values: `None`, `AvailabilityOnly`, `LimitedDetails`

error[bad-value]: `shared-calender` is no value of `asks`
  --> bad.toml:16:8
   |
16 | asks = "shared-calender"
   |        ^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `shared-calendar`? (values: `free-busy`, `mail-tips`, `photos`, `shared-calendar`, `synchronization`, `delivery-reports`, `archive`)

"#,
}];
