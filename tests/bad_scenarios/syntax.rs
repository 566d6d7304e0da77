//! Bad scenarios: text that is not TOML 1.0, each with its diagnostics to the letter.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        about: "an empty file",
        text: "",
        diagnostics: "error[missing-key]: the scenario is empty
 --> bad.toml:1:1
  |
1 |
  | ^
  |
  = help: add `fedsim = 1` as the first line

",
    },
    Case {
        about: "a file of comments alone",
        text: "# fedsim = 1

# nothing else
",
        diagnostics: "error[missing-key]: the scenario is empty
 --> bad.toml:1:1
  |
1 | # fedsim = 1
  | ^
  |
  = help: add `fedsim = 1` as the first line

",
    },
    Case {
        about: "a quantity without quotes",
        text: "fedsim = 1
[run]
length = 12 h
",
        diagnostics: r#"error[toml-syntax]: this is not TOML: a value that is neither a number nor in quotes
 --> bad.toml:3:10
  |
3 | length = 12 h
  |          ^^^^
  |
  = help: put text and quantities in quotes: `length = "12 h"`

"#,
    },
    Case {
        about: "a word without quotes",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
exchange = 2013 SP1 # the version
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: a value that is neither a number nor in quotes
 --> bad.toml:4:12
  |
4 | exchange = 2013 SP1 # the version
  |            ^^^^^^^^
  |
  = help: put text and quantities in quotes: `exchange = "2013 SP1"`

"#,
    },
    Case {
        about: "a word without quotes in a list",
        text: "fedsim = 1
[org.contoso]
domains = [contoso.com]
",
        diagnostics: "error[toml-syntax]: this is not TOML: a value that is neither a number nor in quotes
 --> bad.toml:3:12
  |
3 | domains = [contoso.com]
  |            ^^^^^^^^^^^
  |
  = help: put text and quantities in quotes

",
    },
    Case {
        about: "a text that is not closed",
        text: r#"fedsim = 1
title = "two organizations
[run]
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: a text without its closing `"`
 --> bad.toml:2:27
  |
2 | title = "two organizations
  |                           ^
  |
  = help: close it on the same line

"#,
    },
    Case {
        about: "a text in single quotes that is not closed",
        text: "fedsim = 1
title = 'two organizations
",
        diagnostics: "error[toml-syntax]: this is not TOML: a text without its closing `'`
 --> bad.toml:2:27
  |
2 | title = 'two organizations
  |                           ^
  |
  = help: close it on the same line

",
    },
    Case {
        about: "a text over several lines that is not closed",
        text: r#"fedsim = 1
title = """two
organizations
"#,
        diagnostics: r#"error[toml-syntax]: `"""` is never closed
 --> bad.toml:2:9
  |
2 | title = """two
  |         ^^^ opened here
  |
  = help: add `"""` after the text

"#,
    },
    Case {
        about: "a list that is not closed",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com", "contoso.co.uk"
mailboxes = 12
"#,
        diagnostics: r#"error[toml-syntax]: `[` is never closed
 --> bad.toml:3:11
  |
3 | domains = ["contoso.com", "contoso.co.uk"
  |           ^ opened here
  |
  = help: add `]` after the last element

"#,
    },
    Case {
        about: "a list that is not closed at the end of the file",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com",
"#,
        diagnostics: r#"error[toml-syntax]: `[` is never closed
 --> bad.toml:3:11
  |
3 | domains = ["contoso.com",
  |           ^ opened here
  |
  = help: add `]` after the last element

"#,
    },
    Case {
        about: "an inline table that is not closed",
        text: r#"fedsim = 1
[run]
seed = { world = 1, day = 2
length = "1 h"
"#,
        diagnostics: "error[toml-syntax]: `{` is never closed
 --> bad.toml:3:8
  |
3 | seed = { world = 1, day = 2
  |        ^ opened here
  |
  = help: add `}` after the last element

",
    },
    Case {
        about: "a list that is closed by the other bracket",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"}
"#,
        diagnostics: r#"error[toml-syntax]: `[` is never closed
 --> bad.toml:3:11
  |
3 | domains = ["contoso.com"}
  |           ^ opened here
  |
  = help: add `]` after the last element

"#,
    },
    Case {
        about: "a bracket too many",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]]
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: something after the value
 --> bad.toml:3:26
  |
3 | domains = ["contoso.com"]]
  |                          ^
  |
  = help: begin the next key on a line of its own

"#,
    },
    Case {
        about: "a header that is not closed",
        text: r#"fedsim = 1
[run
length = "1 h"
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: a header without its closing bracket
 --> bad.toml:2:5
  |
2 | [run
  |     ^
  |
  = help: close it; a name with spaces or points stands in quotes, such as `[dns.zone."contoso.com"]`

"#,
    },
    Case {
        about: "a header without a name",
        text: "fedsim = 1
[]
",
        diagnostics: "error[toml-syntax]: this is not TOML: a key is missing
 --> bad.toml:2:2
  |
2 | []
  |  ^
  |
  = help: write `key = value`, or `[table]`

",
    },
    Case {
        about: "a missing comma",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com" "contoso.co.uk"]
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: a comma is missing
 --> bad.toml:3:26
  |
3 | domains = ["contoso.com" "contoso.co.uk"]
  |                          ^
  |
  = help: write a comma before this element

"#,
    },
    Case {
        about: "a key without a value",
        text: "fedsim
",
        diagnostics: "error[toml-syntax]: this is not TOML: a key without a value
 --> bad.toml:1:7
  |
1 | fedsim
  |       ^
  |
  = help: write `key = value`

",
    },
    Case {
        about: "a key without anything after the sign",
        text: "fedsim = 1
title =
[run]
",
        diagnostics: r#"error[toml-syntax]: this is not TOML: no value after `=`
 --> bad.toml:2:8
  |
2 | title =
  |        ^
  |
  = help: write a value, such as `"text"` or `12`

"#,
    },
    Case {
        about: "a value without a key",
        text: "fedsim = 1
= 2
",
        diagnostics: "error[toml-syntax]: this is not TOML: a key is missing
 --> bad.toml:2:1
  |
2 | = 2
  | ^
  |
  = help: write `key = value`, or `[table]`

",
    },
    Case {
        about: "two values on a line",
        text: r#"fedsim = 1 title = "two"
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: a value that is neither a number nor in quotes
 --> bad.toml:1:10
  |
1 | fedsim = 1 title = "two"
  |          ^^^^^^^
  |
  = help: write one key on a line

"#,
    },
    Case {
        about: "a name with spaces in a header",
        text: "fedsim = 1
[org.contoso ltd]
",
        diagnostics: r#"error[toml-syntax]: this is not TOML: a header without its closing bracket
 --> bad.toml:2:13
  |
2 | [org.contoso ltd]
  |             ^
  |
  = help: close it; a name with spaces or points stands in quotes, such as `[dns.zone."contoso.com"]`

"#,
    },
    Case {
        about: "three broken lines, of which two are shown, with a finding before them",
        text: r#"fedsim = 1
titel = "x"
[run]
length = 1 h
start = yesterday
time_zone = Berlin
[org.contoso]
"#,
        diagnostics: r#"error[unknown-key]: unknown key `titel` at the top of the scenario
 --> bad.toml:2:1
  |
2 | titel = "x"
  | ^^^^^ not a known key
  |
  = help: did you mean `title`?

error[toml-syntax]: this is not TOML: a value that is neither a number nor in quotes
 --> bad.toml:4:10
  |
4 | length = 1 h
  |          ^^^
  |
  = help: put text and quantities in quotes: `length = "1 h"`

error[toml-syntax]: this is not TOML: a value that is neither a number nor in quotes
 --> bad.toml:5:9
  |
5 | start = yesterday
  |         ^^^^^^^^^
  |
  = help: put text and quantities in quotes: `start = "yesterday"`

"#,
    },
    Case {
        about: "a day that does not exist",
        text: "fedsim = 1
[run]
start = 2026-02-30T08:00:00Z
",
        diagnostics: "error[toml-syntax]: this is not TOML: invalid date, expected day between 01 and 28
 --> bad.toml:3:9
  |
3 | start = 2026-02-30T08:00:00Z
  |         ^^^^^^^^^^^^^^^^^^^^

",
    },
    Case {
        about: "a number that begins with zero",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = 012
"#,
        diagnostics: "error[toml-syntax]: this is not TOML: a number that begins with zero
 --> bad.toml:4:13
  |
4 | mailboxes = 012
  |             ^
  |
  = help: remove the zero

",
    },
    Case {
        about: "a control character",
        text: "fedsim = 1\ntitle = \"bell \u{7}\"\n",
        diagnostics: r#"error[toml-syntax]: this is not TOML: a control character in a text
 --> bad.toml:2:15
  |
2 | title = "bell ␇"
  |               ^
  |
  = help: remove it

"#,
    },
    Case {
        about: "an escape that does not exist",
        text: r#"fedsim = 1
title = "C:\contoso"
"#,
        diagnostics: r#"error[toml-syntax]: this is not TOML: an escape that does not exist
 --> bad.toml:2:13
  |
2 | title = "C:\contoso"
  |             ^
  |
  = help: write `\\` for a backslash, or use single quotes

"#,
    },
    Case {
        about: "an inline table over several lines",
        text: "fedsim = 1
[run]
seed = {
  world = 1,
  day = 2
}
",
        diagnostics: "error[toml-dialect]: an inline table over several lines is not TOML 1.0
 --> bad.toml:3:8
  |
3 | seed = {
  |        ^
  |
  = help: close it on the same line, or write a `[table]` of its own

",
    },
    Case {
        about: "a comma before the end of an inline table",
        text: "fedsim = 1
[run]
seed = { world = 1, }
",
        diagnostics: "error[toml-dialect]: a comma before `}` is not TOML 1.0
 --> bad.toml:3:19
  |
3 | seed = { world = 1, }
  |                   ^
  |
  = help: remove the comma

",
    },
    Case {
        about: "escapes of a later TOML",
        text: r#"fedsim = 1
title = "\e[0m \x41"
"#,
        diagnostics: r#"error[bad-value]: `title` holds the control character '\u{1b}'
 --> bad.toml:2:9
  |
2 | title = "\e[0m \x41"
  |         ^^^^^^^^^^^^
  |
  = help: remove it

error[toml-dialect]: `\e` is not an escape of TOML 1.0
 --> bad.toml:2:10
  |
2 | title = "\e[0m \x41"
  |          ^^
  |
  = help: write it as `\u` with four hexadecimal digits

error[toml-dialect]: `\x` is not an escape of TOML 1.0
 --> bad.toml:2:16
  |
2 | title = "\e[0m \x41"
  |                ^^
  |
  = help: write it as `\u` with four hexadecimal digits

"#,
    },
    Case {
        about: "a time without seconds",
        text: r#"fedsim = 1
[request.lookup]
at = 11:00
from = "user1@contoso.com"
to = ["user1@fabrikam.com"]
"#,
        diagnostics: r#"error[toml-dialect]: a time without seconds is not TOML 1.0
 --> bad.toml:3:6
  |
3 | at = 11:00
  |      ^^^^^
  |
  = help: write the seconds, or put it in quotes: `"11:00"`

"#,
    },
    Case {
        about: "a key that is given twice",
        text: r#"fedsim = 1
[run]
length = "1 h"
time_zone = "UTC"
length = "2 h"
"#,
        diagnostics: r#"error[duplicate-key]: `length` is given twice
 --> bad.toml:5:1
  |
3 | length = "1 h"
  | ------ first given here
...
5 | length = "2 h"
  | ^^^^^^ again here
  |
  = help: keep one of them

"#,
    },
    Case {
        about: "a table that is opened twice",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]

[run]

[org.contoso]
mailboxes = 12
"#,
        diagnostics: "error[duplicate-key]: `contoso` is given twice
 --> bad.toml:7:6
  |
2 | [org.contoso]
  |      ------- first given here
...
7 | [org.contoso]
  |      ^^^^^^^ again here
  |
  = help: open a table once, with all its keys below it

",
    },
    Case {
        about: "a key that is given twice in one of several list entries",
        text: r#"fedsim = 1
[[timeline]]
at = "+1 h"
[[timeline]]
at = "+2 h"
at = "+3 h"
"#,
        diagnostics: r#"error[duplicate-key]: `at` is given twice
 --> bad.toml:6:1
  |
5 | at = "+2 h"
  | -- first given here
6 | at = "+3 h"
  | ^^ again here
  |
  = help: keep one of them

"#,
    },
    Case {
        about: "a key that is given twice in an inline table",
        text: "fedsim = 1
[run]
seed = { day = 1, day = 2 }
",
        diagnostics: "error[duplicate-key]: `day` is given twice
 --> bad.toml:3:19
  |
3 | seed = { day = 1, day = 2 }
  |                   ^^^ again here
  |
  = help: keep one of them

",
    },
    Case {
        about: "a key that is given twice in different quotes",
        text: r#"fedsim = 1
[expect]
"attendees.count" = "> 0"
'attendees.count' = "> 1"
"#,
        diagnostics: r#"error[duplicate-key]: `'attendees.count'` is given twice
 --> bad.toml:4:1
  |
3 | "attendees.count" = "> 0"
  | ----------------- first given here
4 | 'attendees.count' = "> 1"
  | ^^^^^^^^^^^^^^^^^ again here
  |
  = help: keep one of them

"#,
    },
    Case {
        about: "a value that is opened as a table",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailboxes = 12
[org.contoso.mailboxes.kim]
"#,
        diagnostics: "error[duplicate-key]: `mailboxes` has a value and is opened as a table
 --> bad.toml:5:14
  |
4 | mailboxes = 12
  | --------- its value is given here
5 | [org.contoso.mailboxes.kim]
  |              ^^^^^^^^^ opened as a table here
  |
  = help: keep one of them

",
    },
    Case {
        about: "an inline table that is opened again",
        text: "fedsim = 1
[run]
seed = { day = 1 }
[run.seed]
world = 2
",
        diagnostics: "error[duplicate-key]: `seed` is given twice
 --> bad.toml:4:6
  |
3 | seed = { day = 1 }
  | ---- first given here
4 | [run.seed]
  |      ^^^^ again here
  |
  = help: open a table once, with all its keys below it

",
    },
    Case {
        about: "lists in lists without end",
        text: "fedsim = 1
title = [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]
",
        diagnostics: "error[too-deep]: values are nested more than 16 deep
 --> bad.toml:2:25
  |
2 | title = [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]
  |                         ^ one too many
  |
  = help: no key of a scenario needs more than a few levels

",
    },
    Case {
        about: "a header of a hundred parts",
        text: "fedsim = 1
[set.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]
",
        diagnostics: "error[too-deep]: a key has more than 16 parts
 --> bad.toml:2:35
  |
2 | [set.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a...
  |                                   ^ one too many
  |
  = help: no key of a scenario has more than a few parts

",
    },
    Case {
        about: "a key of a hundred parts",
        text: "fedsim = 1
a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1
",
        diagnostics: "error[too-deep]: a key has more than 16 parts
 --> bad.toml:2:32
  |
2 | a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a....
  |                                ^ one too many
  |
  = help: no key of a scenario has more than a few parts

",
    },
];
