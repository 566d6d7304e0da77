//! Bad scenarios: keys that are unknown, misplaced or missing, each with its diagnostics to the letter.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        about: "an unknown key at the top",
        text: r#"fedsim = 1
titel = "Two"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `titel` at the top of the scenario
 --> bad.toml:2:1
  |
2 | titel = "Two"
  | ^^^^^ not a known key
  |
  = help: did you mean `title`?

"#,
    },
    Case {
        about: "an unknown table at the top",
        text: "fedsim = 1
[organisation.contoso]
",
        diagnostics: "error[unknown-key]: unknown key `organisation` at the top of the scenario
 --> bad.toml:2:2
  |
2 | [organisation.contoso]
  |  ^^^^^^^^^^^^ not a known key
  |
  = help: did you mean `organizations`?

",
    },
    Case {
        about: "a key that belongs elsewhere",
        text: r#"fedsim = 1
length = "1 h"
threads = 4
"#,
        diagnostics: r#"error[unknown-key]: unknown key `length` at the top of the scenario
 --> bad.toml:2:1
  |
2 | length = "1 h"
  | ^^^^^^ not a known key
  |
  = help: `length` is a key of `[run]`

error[unknown-key]: unknown key `threads` at the top of the scenario
 --> bad.toml:3:1
  |
3 | threads = 4
  | ^^^^^^^ not a known key
  |
  = help: `threads` is a key of `[org.NAME.server.NAME]`

"#,
    },
    Case {
        about: "a key of the top below a table",
        text: r#"fedsim = 1
[run]
title = "Two"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `title` in `run`
 --> bad.toml:3:1
  |
3 | title = "Two"
  | ^^^^^ not a known key
  |
  = help: `title` belongs at the top of the file, before the first table

"#,
    },
    Case {
        about: "unknown keys of the run",
        text: r#"fedsim = 1
[run]
lenght = "1 h"
seed = { wrold = 1, night = 2 }
duration = "1 h"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `lenght` in `run`
 --> bad.toml:3:1
  |
3 | lenght = "1 h"
  | ^^^^^^ not a known key
  |
  = help: did you mean `length`?

error[unknown-key]: unknown key `wrold` in `run.seed`
 --> bad.toml:4:10
  |
4 | seed = { wrold = 1, night = 2 }
  |          ^^^^^ not a known key
  |
  = help: did you mean `world`?

error[unknown-key]: unknown key `night` in `run.seed`
 --> bad.toml:4:21
  |
4 | seed = { wrold = 1, night = 2 }
  |                     ^^^^^ not a known key
  |
  = help: known keys: `world`, `day`

error[unknown-key]: unknown key `duration` in `run`
 --> bad.toml:5:1
  |
5 | duration = "1 h"
  | ^^^^^^^^ not a known key
  |
  = help: known keys: `start`, `length`, `time_zone`, `seed`, `events_max`, `in_flight_max`, `timeline_every`

"#,
    },
    Case {
        about: "unknown keys of the rules and parameters",
        text: r#"fedsim = 1
[rules]
token-cache = "off"
[parameters]
rtt_same_town = "1 ms"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `token-cache` in `rules`
 --> bad.toml:3:1
  |
3 | token-cache = "off"
  | ^^^^^^^^^^^ not a known key
  |
  = help: did you mean `token_cache`?

error[unknown-key]: unknown key `rtt_same_town` in `parameters`
 --> bad.toml:5:1
  |
5 | rtt_same_town = "1 ms"
  | ^^^^^^^^^^^^^ not a known key
  |
  = help: the nearest of its 84 keys: `rtt_same_site`, `rtt_same_city`, `rtt_same_continent`, `http_timeout`, `rtt_p99_percent`

"#,
    },
    Case {
        about: "unknown keys of a gateway",
        text: "fedsim = 1
[gateway.business]
datacenters = 2
",
        diagnostics: "error[unknown-key]: unknown key `datacenters` in `gateway.business`
 --> bad.toml:3:1
  |
3 | datacenters = 2
  | ^^^^^^^^^^^ not a known key
  |
  = help: did you mean `data_centres`?

",
    },
    Case {
        about: "unknown keys of an organization and below it",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
maillboxes = 12
identifier.enabeld = false
trust.token_issuer = "x"
certificate.federation.expires = 2026-01-01
[org.contoso.server.cas1]
clock_ofset = "+6 min"
ews.wssecurity = false
web_proxy = { host = "proxy.contoso.com", user = "kim" }
[org.contoso.host."mail.contoso.com"]
preauth = "forms"
[org.contoso.mailbox.kim]
adress = "kim@contoso.com"
[org.contoso.mailbox.kim.subscription."lee@fabrikam.com"]
uri = "https://x"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `maillboxes` in `org.contoso`
 --> bad.toml:4:1
  |
4 | maillboxes = 12
  | ^^^^^^^^^^ not a known key
  |
  = help: did you mean `mailboxes`?

error[unknown-key]: unknown key `enabeld` in `org.contoso.identifier`
 --> bad.toml:5:12
  |
5 | identifier.enabeld = false
  |            ^^^^^^^ not a known key
  |
  = help: did you mean `enabled`?

error[unknown-key]: unknown key `token_issuer` in `org.contoso.trust`
 --> bad.toml:6:7
  |
6 | trust.token_issuer = "x"
  |       ^^^^^^^^^^^^ not a known key
  |
  = help: known keys: `exists`, `token_issuer_uri`, `token_issuer_epr`, `application_uri`, `organization_certificate`, `previous_certificate`, `next_certificate`, `token_issuer_certificate`, `token_issuer_previous_certificate`, `metadata_refreshed`, `automatic_refresh`, `application_identifier`, `registered`, `registered_application_uri`, `registered_certificate`, `registered_domains`, `registered_namespace`

error[unknown-key]: unknown key `expires` in `org.contoso.certificate.federation`
 --> bad.toml:7:24
  |
7 | certificate.federation.expires = 2026-01-01
  |                        ^^^^^^^ not a known key
  |
  = help: known keys: `issuer`, `not_before`, `not_after`, `subject_key_identifier`, `key_provider`, `private_key_exportable`

error[unknown-key]: unknown key `clock_ofset` in `org.contoso.server.cas1`
 --> bad.toml:9:1
  |
9 | clock_ofset = "+6 min"
  | ^^^^^^^^^^^ not a known key
  |
  = help: did you mean `clock_offset`?

error[unknown-key]: unknown key `wssecurity` in `org.contoso.server.cas1.ews`
  --> bad.toml:10:5
   |
10 | ews.wssecurity = false
   |     ^^^^^^^^^^ not a known key
   |
   = help: did you mean `ws_security`?

error[unknown-key]: unknown key `user` in `org.contoso.server.cas1.web_proxy`
  --> bad.toml:11:43
   |
11 | web_proxy = { host = "proxy.contoso.com", user = "kim" }
   |                                           ^^^^ not a known key
   |
   = help: known keys: `host`, `authentication`, `state`

error[unknown-key]: unknown key `preauth` in `org.contoso.host."mail.contoso.com"`
  --> bad.toml:13:1
   |
13 | preauth = "forms"
   | ^^^^^^^ not a known key
   |
   = help: did you mean `preauthentication`?

error[unknown-key]: unknown key `adress` in `org.contoso.mailbox.kim`
  --> bad.toml:15:1
   |
15 | adress = "kim@contoso.com"
   | ^^^^^^ not a known key
   |
   = help: known keys: `addresses`, `calendar_default`, `calendar`, `state`, `outlook_anywhere`, `server`, `immutable_id`, `identity_type`, `token_service_account`, `events_per_week`, `sharing_policy`, `personal_contacts`, `grant`, `subscription`

error[unknown-key]: unknown key `uri` in `org.contoso.mailbox.kim.subscription."lee@fabrikam.com"`
  --> bad.toml:17:1
   |
17 | uri = "https://x"
   | ^^^ not a known key
   |
   = help: did you mean `url`?

"#,
    },
    Case {
        about: "unknown keys of relationships, connectors and address spaces",
        text: r#"fedsim = 1
[relationship."contoso -> fabrikam"]
free_busy_acess = true
[connector."contoso -> fabrikam"]
endpoint = "https://x"
[address_space."contoso -> fabrikam.com"]
access_method = "OrgWideFB"
method = "x"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `free_busy_acess` in `relationship."contoso -> fabrikam"`
 --> bad.toml:3:1
  |
3 | free_busy_acess = true
  | ^^^^^^^^^^^^^^^ not a known key
  |
  = help: did you mean `free_busy_access`?

error[unknown-key]: unknown key `endpoint` in `connector."contoso -> fabrikam"`
 --> bad.toml:5:1
  |
5 | endpoint = "https://x"
  | ^^^^^^^^ not a known key
  |
  = help: did you mean `discovery_endpoint`?

error[unknown-key]: unknown key `method` in `address_space."contoso -> fabrikam.com"`
 --> bad.toml:8:1
  |
8 | method = "x"
  | ^^^^^^ not a known key
  |
  = help: did you mean `access_method`?

"#,
    },
    Case {
        about: "unknown keys of dns",
        text: r#"fedsim = 1
[dns]
records = 1
[dns.record."mail.contoso.com A"]
value = "mail.contoso.com"
tl = "1 h"
[dns.zone."contoso.com"]
negativ_ttl = "1 h"
[dns.resolver.contoso-dns.zone."contoso.com"]
recrd = 1
"#,
        diagnostics: r#"error[unknown-key]: unknown key `records` in `dns`
 --> bad.toml:3:1
  |
3 | records = 1
  | ^^^^^^^ not a known key
  |
  = help: did you mean `record`?

error[unknown-key]: unknown key `tl` in `dns.record."mail.contoso.com A"`
 --> bad.toml:6:1
  |
6 | tl = "1 h"
  | ^^ not a known key
  |
  = help: did you mean `ttl`?

error[unknown-key]: unknown key `negativ_ttl` in `dns.zone."contoso.com"`
 --> bad.toml:8:1
  |
8 | negativ_ttl = "1 h"
  | ^^^^^^^^^^^ not a known key
  |
  = help: did you mean `negative_ttl`?

error[unknown-key]: unknown key `recrd` in `dns.resolver.contoso-dns.zone."contoso.com"`
  --> bad.toml:10:1
   |
10 | recrd = 1
   | ^^^^^ not a known key
   |
   = help: did you mean `record`?

"#,
    },
    Case {
        about: "unknown keys of the network",
        text: r#"fedsim = 1
[network.site.berlin]
country = "Germany"
[network.link."berlin - munich"]
rtt = "5 ms"
los = "1 %"
[network.router.x]
"#,
        diagnostics: r#"error[unknown-key]: unknown key `country` in `network.site.berlin`
 --> bad.toml:3:1
  |
3 | country = "Germany"
  | ^^^^^^^ not a known key
  |
  = help: known keys: `city`, `continent`, `coordinates`, `time_zone`

error[unknown-key]: unknown key `los` in `network.link."berlin - munich"`
 --> bad.toml:6:1
  |
6 | los = "1 %"
  | ^^^ not a known key
  |
  = help: did you mean `loss`?

error[unknown-key]: unknown key `router` in `network`
 --> bad.toml:7:10
  |
7 | [network.router.x]
  |          ^^^^^^ not a known key
  |
  = help: known keys: `distance`, `route_percent`, `topology`, `site`, `link`, `private`

"#,
    },
    Case {
        about: "unknown keys of requests, faults and the time line",
        text: r#"fedsim = 1
[request.lookup]
at = "+1 h"
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
views = "FreeBusy"
[fault.f]
from = "+1 h"
until = "+2 h"
duration = "1 h"
set.org.contoso.server.cas1.stat = "down"
[[timeline]]
at = "+1 h"
runs = "Set-FederationTrust"
"#,
        diagnostics: r#"error[unknown-key]: unknown key `views` in `request.lookup`
 --> bad.toml:6:1
  |
6 | views = "FreeBusy"
  | ^^^^^ not a known key
  |
  = help: did you mean `view`?

error[unknown-key]: unknown key `duration` in `fault.f`
  --> bad.toml:10:1
   |
10 | duration = "1 h"
   | ^^^^^^^^ not a known key
   |
   = help: known keys: `from`, `until`, `every`, `mean_time_between_failures`, `mean_time_to_repair`, `set`

error[unknown-key]: unknown key `stat` in `org.contoso.server.cas1`
  --> bad.toml:11:29
   |
11 | set.org.contoso.server.cas1.stat = "down"
   |                             ^^^^ not a known key
   |
   = help: did you mean `state`?

error[unknown-key]: unknown key `runs` in `timeline`
  --> bad.toml:14:1
   |
14 | runs = "Set-FederationTrust"
   | ^^^^ not a known key
   |
   = help: did you mean `run`?

"#,
    },
    Case {
        about: "an unknown key of a distribution",
        text: r#"fedsim = 1
[parameters]
dns_warm = { dist = "lognormal", median = "1 ms", p95 = "5 ms" }
"#,
        diagnostics: r#"error[unknown-key]: unknown key `p95` of the distribution `lognormal`
 --> bad.toml:3:51
  |
3 | dns_warm = { dist = "lognormal", median = "1 ms", p95 = "5 ms" }
  |                                                   ^^^ not a known key
  |
  = help: `lognormal` has `median`, `p99`

"#,
    },
    Case {
        about: "a change of what cannot change",
        text: r#"fedsim = 1
[fault.f]
from = "+1 h"
until = "+2 h"
set.run.length = "2 h"
set.parameters.loss = "1 %"
set.orgs.contoso.mailboxes = 1
"#,
        diagnostics: r#"error[not-settable]: `run` cannot be changed while the simulation runs
 --> bad.toml:5:5
  |
5 | set.run.length = "2 h"
  |     ^^^
  |
  = help: keys that can: `gateway`, `org`, `relationship`, `connector`, `address_space`, `dns`, `network`

error[not-settable]: `parameters` cannot be changed while the simulation runs
 --> bad.toml:6:5
  |
6 | set.parameters.loss = "1 %"
  |     ^^^^^^^^^^
  |
  = help: keys that can: `gateway`, `org`, `relationship`, `connector`, `address_space`, `dns`, `network`

error[unknown-key]: unknown key `orgs` in a `set`
 --> bad.toml:7:5
  |
7 | set.orgs.contoso.mailboxes = 1
  |     ^^^^ not a known key
  |
  = help: did you mean `org`?

"#,
    },
    Case {
        about: "a change of nothing, which is a warning beside an error",
        text: r#"fedsim = 1
[[timeline]]
at = "+1 h"
set = {}
[[timeline]]
"#,
        diagnostics: r#"warning[empty-set]: `timeline.set` changes nothing
 --> bad.toml:4:7
  |
4 | set = {}
  |       ^^
  |
  = help: name what changes, such as `set.org.contoso.server.cas1.state = "down"`

error[missing-key]: `at` is missing in `timeline`
 --> bad.toml:5:1
  |
5 | [[timeline]]
  | ^^^^^^^^^^^^ this timeline entry needs it
  |
  = help: add `at = "+2 h"`

"#,
    },
    Case {
        about: "a missing version",
        text: r#"[run]
length = "1 h"
"#,
        diagnostics: "error[missing-key]: `fedsim` is missing
 --> bad.toml:1:1
  |
1 | [run]
  | ^
  |
  = help: add `fedsim = 1` as the first line

",
    },
    Case {
        about: "a version in other letters",
        text: "Fedsim = 1
",
        diagnostics: "error[missing-key]: `fedsim` is missing
 --> bad.toml:1:1
  |
1 | Fedsim = 1
  | ^
  |
  = help: add `fedsim = 1` as the first line

error[unknown-key]: unknown key `Fedsim` at the top of the scenario
 --> bad.toml:1:1
  |
1 | Fedsim = 1
  | ^^^^^^ not a known key
  |
  = help: did you mean `fedsim`?

",
    },
    Case {
        about: "a later version",
        text: "fedsim = 2
",
        diagnostics: "error[format-version]: this is format 2, but only format 1 is known
 --> bad.toml:1:10
  |
1 | fedsim = 2
  |          ^
  |
  = help: use the fedsim that it was written for

",
    },
    Case {
        about: "missing keys",
        text: r#"fedsim = 1
[org.contoso]
mailboxes = 12
firewall.f = { direction = "in" }
[request.lookup]
at = "+1 h"
[address_space."contoso -> fabrikam.com"]
[network.link."berlin - munich"]
loss = "1 %"
[dns.record."mail.contoso.com A"]
"#,
        diagnostics: r#"error[missing-key]: `domains` is missing in `org.contoso`
 --> bad.toml:2:1
  |
2 | [org.contoso]
  | ^^^^^^^^^^^^^ this organization needs it
  |
  = help: add `domains = ["contoso.com"]`

error[missing-key]: `action` is missing in `org.contoso.firewall.f`
 --> bad.toml:4:14
  |
4 | firewall.f = { direction = "in" }
  |              ^^^^^^^^^^^^^^^^^^^^ this firewall rule needs it
  |
  = help: add `action = "drop"`

error[missing-key]: `from` is missing in `request.lookup`
 --> bad.toml:5:1
  |
5 | [request.lookup]
  | ^^^^^^^^^^^^^^^^ this request needs it
  |
  = help: add `from = "kim@contoso.com"`

error[missing-key]: `to` is missing in `request.lookup`
 --> bad.toml:5:1
  |
5 | [request.lookup]
  | ^^^^^^^^^^^^^^^^ this request needs it
  |
  = help: add `to = ["kim@contoso.com"]`

error[missing-key]: `access_method` is missing in `address_space."contoso -> fabrikam.com"`
 --> bad.toml:7:1
  |
7 | [address_space."contoso -> fabrikam.com"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this address space needs it
  |
  = help: add `access_method = "OrgWideFB"`

error[missing-key]: `rtt` is missing in `network.link."berlin - munich"`
 --> bad.toml:8:1
  |
8 | [network.link."berlin - munich"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this link needs it
  |
  = help: add `rtt = "5 min"`

error[missing-key]: `value` is missing in `dns.record."mail.contoso.com A"`
  --> bad.toml:10:1
   |
10 | [dns.record."mail.contoso.com A"]
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this DNS record needs it
   |
   = help: add `value = "text"`

"#,
    },
    Case {
        about: "an organization that is not in a table",
        text: r#"fedsim = 1
org = "contoso"
"#,
        diagnostics: r#"error[wrong-type]: `org` must be a table, not text
 --> bad.toml:2:7
  |
2 | org = "contoso"
  |       ^^^^^^^^^ this is text
  |
  = help: open one with its name: `[org.contoso]`

"#,
    },
    Case {
        about: "an organization as a list entry",
        text: r#"fedsim = 1
[[org]]
name = "contoso"
"#,
        diagnostics: "error[wrong-type]: `org` must be a table, not a list
 --> bad.toml:2:1
  |
2 | [[org]]
  | ^^^^^^^ this is a list
  |
  = help: open one with its name: `[org.contoso]`

",
    },
    Case {
        about: "a time line that is a table",
        text: r#"fedsim = 1
[timeline]
at = "+1 h"
"#,
        diagnostics: "error[wrong-type]: `timeline` must be a list of tables, not a table
 --> bad.toml:2:1
  |
2 | [timeline]
  | ^^^^^^^^^^ this is a table
  |
  = help: open each of them with `[[timeline]]`

",
    },
    Case {
        about: "a time line of texts",
        text: r#"fedsim = 1
timeline = ["+1 h"]
"#,
        diagnostics: r#"error[wrong-type]: each entry of `timeline` must be a table, not text
 --> bad.toml:2:13
  |
2 | timeline = ["+1 h"]
  |             ^^^^^^ this is text
  |
  = help: open each of them with `[[timeline]]`

"#,
    },
    Case {
        about: "servers that are listed where they are counted",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
servers = ["cas1", "cas2"]
server = 2
"#,
        diagnostics: r#"error[wrong-type]: `servers` must be a whole number, not a list
 --> bad.toml:4:11
  |
4 | servers = ["cas1", "cas2"]
  |           ^^^^^^^^^^^^^^^^ this is a list
  |
  = help: for example `servers = 1`

error[wrong-type]: `org.contoso.server` must be a table, not a whole number
 --> bad.toml:5:10
  |
5 | server = 2
  |          ^ this is a whole number
  |
  = help: open one with its name: `[org.contoso.server.cas1]`

"#,
    },
];
