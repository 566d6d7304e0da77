//! Bad scenarios: words, names, domains and addresses that are not well formed, each with its diagnostics to the letter.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        about: "words that are no value",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
windows = "2012 r2"
setup = "bare"
[gateway.business]
state = "broken"
tls_versions = ["1.2", "2.0"]
"#,
        diagnostics: r#"error[bad-value]: `2012 r2` is no value of `windows`
 --> bad.toml:4:11
  |
4 | windows = "2012 r2"
  |           ^^^^^^^^^
  |
  = help: did you mean `2012 R2`? (values: `2008 R2`, `2012`, `2012 R2`, `2016`, `2019`, `2022`)

error[bad-value]: `broken` is no value of `state`
 --> bad.toml:7:9
  |
7 | state = "broken"
  |         ^^^^^^^^
  |
  = help: values: `up`, `down`, `refusing`, `failing`, `stalled`

error[bad-value]: `2.0` is no value of `tls_versions`
 --> bad.toml:8:24
  |
8 | tls_versions = ["1.2", "2.0"]
  |                        ^^^^^
  |
  = help: did you mean `1.0`? (values: `1.0`, `1.1`, `1.2`, `1.3`)

"#,
    },
    Case {
        about: "shares of access levels",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
calendar_default = { None = "50 %", Reviewer = "40 %" }
[org.fabrikam]
domains = ["fabrikam.com"]
calendar_default = { Nobody = "100 %" }
[org.litware]
domains = ["litware.com"]
calendar_default = "Owner"
[org.adatum]
domains = ["adatum.com"]
calendar_default = { None = 1 }
"#,
        diagnostics: r#"error[out-of-range]: the shares of `calendar_default` sum to 90 %
 --> bad.toml:4:20
  |
4 | calendar_default = { None = "50 %", Reviewer = "40 %" }
  |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: they must sum to 100 %

error[bad-value]: `Nobody` is no value of `calendar_default`
 --> bad.toml:7:22
  |
7 | calendar_default = { Nobody = "100 %" }
  |                      ^^^^^^
  |
  = help: values: `None`, `AvailabilityOnly`, `LimitedDetails`, `Reviewer`

error[bad-value]: `Owner` is no value of `calendar_default`
  --> bad.toml:10:20
   |
10 | calendar_default = "Owner"
   |                    ^^^^^^^
   |
   = help: values: `None`, `AvailabilityOnly`, `LimitedDetails`, `Reviewer`

error[missing-unit]: `1` has no unit
  --> bad.toml:13:29
   |
13 | calendar_default = { None = 1 }
   |                             ^ a unit is missing
   |
   = help: a share is written in percent, such as `"100 %"`

"#,
    },
    Case {
        about: "versions of Exchange",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
exchange = "2010"
[org.fabrikam]
domains = ["fabrikam.com"]
exchange = "2013 SP4"
[org.litware]
domains = ["litware.com"]
exchange = "Exchange 2013"
[org.adatum]
domains = ["adatum.com"]
exchange = "2016 CU99"
"#,
        diagnostics: r#"error[bad-value]: `2010` alone does not say which update, and federation depends on it
 --> bad.toml:4:12
  |
4 | exchange = "2010"
  |            ^^^^^^
  |
  = help: versions of it are `2010 RTM`, `2010 SP1`, `2010 SP2`, `2010 SP3`

error[bad-value]: `2013 SP4` is not a version of Exchange
 --> bad.toml:7:12
  |
7 | exchange = "2013 SP4"
  |            ^^^^^^^^^^
  |
  = help: versions of it are `2013 RTM`, `2013 SP1`, `2013 CU1` to `2013 CU23`

error[bad-value]: `Exchange 2013` is not a version of Exchange
  --> bad.toml:10:12
   |
10 | exchange = "Exchange 2013"
   |            ^^^^^^^^^^^^^^^
   |
   = help: versions are 2007, 2010, 2013, 2016, 2019, SE, ONLINE, each with its update, such as `2013 SP1`

error[bad-value]: `2016 CU99` is not a version of Exchange
  --> bad.toml:13:12
   |
13 | exchange = "2016 CU99"
   |            ^^^^^^^^^^^
   |
   = help: versions of it are `2016 RTM`, `2016 CU1` to `2016 CU23`

"#,
    },
    Case {
        about: "expectations that are no conditions",
        text: r#"fedsim = 1
[expect]
"attendees.count" = 0
latency.p99 = [1]
"#,
        diagnostics: r#"error[wrong-type]: `attendees.count` must be a condition, as text
 --> bad.toml:3:21
  |
3 | "attendees.count" = 0
  |                     ^
  |
  = help: write an operator and a value, such as `"== 0"` or `">= 99.5 %"`

error[wrong-type]: `latency.p99` must be a condition, as text
 --> bad.toml:4:15
  |
4 | latency.p99 = [1]
  |               ^^^
  |
  = help: write an operator and a value, such as `"== 0"` or `">= 99.5 %"`

"#,
    },
    Case {
        about: "names with spaces, points and other letters",
        text: r#"fedsim = 1
[org."Contoso Ltd"]
[org."contoso.com"]
[org."Zürich"]
[gateway.""]
[request._first]
"#,
        diagnostics: r#"error[bad-name]: `Contoso Ltd` is not a name
 --> bad.toml:2:6
  |
2 | [org."Contoso Ltd"]
  |      ^^^^^^^^^^^^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

error[bad-name]: `contoso.com` is not a name
 --> bad.toml:3:6
  |
3 | [org."contoso.com"]
  |      ^^^^^^^^^^^^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

error[bad-name]: `Zürich` is not a name
 --> bad.toml:4:6
  |
4 | [org."Zürich"]
  |      ^^^^^^^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

error[bad-name]: an empty text is not a name
 --> bad.toml:5:10
  |
5 | [gateway.""]
  |          ^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

error[bad-name]: `_first` is not a name
 --> bad.toml:6:10
  |
6 | [request._first]
  |          ^^^^^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

"#,
    },
    Case {
        about: "a name of a thousand letters",
        text: "fedsim = 1
[gateway.gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg]
",
        diagnostics: "error[bad-name]: `gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg...` is not a name
 --> bad.toml:2:10
  |
2 | [gateway.ggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg...
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

",
    },
    Case {
        about: "domains",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso", "kim@contoso.com", "zürich.example", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "Contoso.COM"]
"#,
        diagnostics: r#"error[bad-name]: `contoso` is not a domain
 --> bad.toml:3:12
  |
3 | domains = ["contoso", "kim@contoso.com", "zürich.example", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "...
  |            ^^^^^^^^^
  |
  = help: a domain has at least two parts, such as `contoso.com`

error[bad-name]: `kim@contoso.com` is not a domain
 --> bad.toml:3:23
  |
3 | domains = ["contoso", "kim@contoso.com", "zürich.example", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "...
  |                       ^^^^^^^^^^^^^^^^^
  |
  = help: write what stands behind the `@`

error[bad-name]: `zürich.example` is not a domain
 --> bad.toml:3:42
  |
3 | domains = ["contoso", "kim@contoso.com", "zürich.example", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "...
  |                                          ^^^^^^^^^^^^^^^^
  |
  = help: write an internationalized name in its ASCII form, beginning with `xn--`

error[bad-name]: `https://contoso.com` is not a domain
 --> bad.toml:3:60
  |
3 | domains = ["contoso", "kim@contoso.com", "zürich.example", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "...
  |                                                            ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write the host name alone, without `https://`

error[bad-name]: `a..b.com` is not a domain
 --> bad.toml:3:83
  |
3 | ...zürich.example", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "Contoso.COM"]
  |                                            ^^^^^^^^^^
  |
  = help: use labels of letters, digits and `-`, separated by single points, such as `mail.contoso.com`

error[bad-name]: `-a.com` is not a domain
 --> bad.toml:3:95
  |
3 | ...le", "https://contoso.com", "a..b.com", "-a.com", "contoso.com", "Contoso.COM"]
  |                                            ^^^^^^^^
  |
  = help: use labels of letters, digits and `-`, separated by single points, such as `mail.contoso.com`

error[duplicate-value]: `contoso.com` is in the list twice
 --> bad.toml:3:120
  |
3 | ...", "a..b.com", "-a.com", "contoso.com", "Contoso.COM"]
  |                                            ^^^^^^^^^^^^^
  |
  = help: remove one of them

"#,
    },
    Case {
        about: "addresses",
        text: r#"fedsim = 1
[request.lookup]
at = "+1 h"
from = "kim"
to = ["lee@", "@fabrikam.com", "a b@fabrikam.com", "lee@fabrikam", 4]
"#,
        diagnostics: r#"error[bad-name]: `kim` is not an address
 --> bad.toml:4:8
  |
4 | from = "kim"
  |        ^^^^^
  |
  = help: write an address such as `kim@contoso.com`

error[bad-name]: `lee@` is not an address
 --> bad.toml:5:7
  |
5 | to = ["lee@", "@fabrikam.com", "a b@fabrikam.com", "lee@fabrikam", 4]
  |       ^^^^^^
  |
  = help: write an address such as `kim@contoso.com`

error[bad-name]: `@fabrikam.com` is not an address
 --> bad.toml:5:15
  |
5 | to = ["lee@", "@fabrikam.com", "a b@fabrikam.com", "lee@fabrikam", 4]
  |               ^^^^^^^^^^^^^^^
  |
  = help: write an address such as `kim@contoso.com`

error[bad-name]: `a b@fabrikam.com` is not an address
 --> bad.toml:5:32
  |
5 | to = ["lee@", "@fabrikam.com", "a b@fabrikam.com", "lee@fabrikam", 4]
  |                                ^^^^^^^^^^^^^^^^^^
  |
  = help: write an address such as `kim@contoso.com`

error[bad-name]: `lee@fabrikam` is not an address
 --> bad.toml:5:52
  |
5 | to = ["lee@", "@fabrikam.com", "a b@fabrikam.com", "lee@fabrikam", 4]
  |                                                    ^^^^^^^^^^^^^^
  |
  = help: write an address such as `kim@contoso.com`

error[wrong-type]: each entry of `to` must be an address, not a whole number
 --> bad.toml:5:68
  |
5 | to = ["lee@", "@fabrikam.com", "a b@fabrikam.com", "lee@fabrikam", 4]
  |                                                                    ^ this is a whole number
  |
  = help: for example `to = ["kim@contoso.com"]`

"#,
    },
    Case {
        about: "addresses of services",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
server.cas1.ews.external_url = "mail.contoso.com/EWS"
server.cas2.ews.external_url = "ftp://mail.contoso.com"
host."https://mail.contoso.com".state = "up"
"#,
        diagnostics: r#"error[bad-name]: `mail.contoso.com/EWS` is not the address of a service
 --> bad.toml:4:32
  |
4 | server.cas1.ews.external_url = "mail.contoso.com/EWS"
  |                                ^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write a full address, such as `https://mail.contoso.com/EWS/Exchange.asmx`

error[bad-name]: `ftp://mail.contoso.com` is not the address of a service
 --> bad.toml:5:32
  |
5 | server.cas2.ews.external_url = "ftp://mail.contoso.com"
  |                                ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write a full address, such as `https://mail.contoso.com/EWS/Exchange.asmx`

error[bad-name]: `https://mail.contoso.com` is not a host name
 --> bad.toml:6:6
  |
6 | host."https://mail.contoso.com".state = "up"
  |      ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write the host name alone, without `https://`

"#,
    },
    Case {
        about: "two ends",
        text: r#"fedsim = 1
[relationship.contoso]
[relationship."contoso => fabrikam"]
[relationship."contoso -> contoso"]
[relationship."contoso -> "]
[address_space."contoso -> fabrikam"]
[network.link."berlin-munich"]
rtt = "1 ms"
[dns.record."mail.contoso.com"]
value = "x"
[dns.record."mail.contoso.com MX"]
value = "x"
"#,
        diagnostics: r#"error[bad-name]: `contoso` does not name two ends
 --> bad.toml:2:15
  |
2 | [relationship.contoso]
  |               ^^^^^^^
  |
  = help: write both ends with `->` between them, such as `"contoso -> fabrikam"`

error[bad-name]: `contoso => fabrikam` does not name two ends
 --> bad.toml:3:15
  |
3 | [relationship."contoso => fabrikam"]
  |               ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write both ends with `->` between them, such as `"contoso -> fabrikam"`

error[bad-name]: both ends of `contoso -> contoso` are the same
 --> bad.toml:4:15
  |
4 | [relationship."contoso -> contoso"]
  |               ^^^^^^^^^^^^^^^^^^^^
  |
  = help: name two different ends

error[bad-name]: an empty text is not a name
 --> bad.toml:5:15
  |
5 | [relationship."contoso -> "]
  |               ^^^^^^^^^^^^^
  |
  = help: use letters, digits, `-` and `_`, beginning with a letter or digit, at most 64

error[bad-name]: `fabrikam` is not a domain
 --> bad.toml:6:16
  |
6 | [address_space."contoso -> fabrikam"]
  |                ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: a domain has at least two parts, such as `contoso.com`

error[bad-name]: `berlin-munich` does not name two ends
 --> bad.toml:7:15
  |
7 | [network.link."berlin-munich"]
  |               ^^^^^^^^^^^^^^^
  |
  = help: write both ends with ` - ` between them, such as `"berlin - munich"`

error[bad-name]: `mail.contoso.com` is not the name and type of a DNS record
 --> bad.toml:9:13
  |
9 | [dns.record."mail.contoso.com"]
  |             ^^^^^^^^^^^^^^^^^^
  |
  = help: write the name and its type, such as `"mail.contoso.com A"`; types are A, CNAME, TXT, SRV

error[bad-name]: `mail.contoso.com MX` is not the name and type of a DNS record
  --> bad.toml:11:13
   |
11 | [dns.record."mail.contoso.com MX"]
   |             ^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write the name and its type, such as `"mail.contoso.com A"`; types are A, CNAME, TXT, SRV

"#,
    },
    Case {
        about: "names that differ in spelling alone",
        text: r#"fedsim = 1
[connector."a -> b"]
[connector."a->b"]
[network.link."a - b"]
rtt = "1 ms"
[network.link."b - a"]
rtt = "1 ms"
[dns.zone."contoso.com"]
[dns.zone."CONTOSO.com"]
"#,
        diagnostics: r#"error[duplicate-key]: `a -> b` is given twice
 --> bad.toml:3:12
  |
2 | [connector."a -> b"]
  |            -------- first given here
3 | [connector."a->b"]
  |            ^^^^^^ the same as the other
  |
  = help: spellings that differ in case or spaces are the same name

error[duplicate-key]: `a - b` is given twice
 --> bad.toml:6:15
  |
4 | [network.link."a - b"]
  |               ------- first given here
...
6 | [network.link."b - a"]
  |               ^^^^^^^ the same as the other
  |
  = help: spellings that differ in case or spaces are the same name

error[duplicate-key]: `contoso.com` is given twice
 --> bad.toml:9:11
  |
8 | [dns.zone."contoso.com"]
  |           ------------- first given here
9 | [dns.zone."CONTOSO.com"]
  |           ^^^^^^^^^^^^^ the same as the other
  |
  = help: spellings that differ in case or spaces are the same name

"#,
    },
    Case {
        about: "text with control characters",
        text: r#"fedsim = 1
title = "red \u001b[31m"
"#,
        diagnostics: r#"error[bad-value]: `title` holds the control character '\u{1b}'
 --> bad.toml:2:9
  |
2 | title = "red \u001b[31m"
  |         ^^^^^^^^^^^^^^^^
  |
  = help: remove it

"#,
    },
];
