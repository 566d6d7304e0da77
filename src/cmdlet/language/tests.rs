//! What the reader makes of texts: what it takes, what it refuses and where, and that it is never harmed.

use super::parse;
use super::syntax::{Argument, Command, Expression, ExpressionKind, Script, Stage};

/// The commands of the published walk-through, its blanks filled in.
pub(crate) const ARTICLE: &str = include_str!("article.ps1");

fn read(text: &str) -> Script {
    let (script, findings) = parse(text);
    assert!(findings.is_empty(), "{text}: {findings:?}");
    script
}

fn command(text: &str) -> Command {
    let script = read(text);
    match script.statements[0].pipeline.stages.last() {
        Some(Stage::Command(command)) => command.clone(),
        other => panic!("{text}: {other:?}"),
    }
}

fn value(text: &str) -> ExpressionKind {
    match command(&format!("Test -Value {text}")).arguments.pop() {
        Some(Argument::Value(value)) => value.kind,
        other => panic!("{text}: {other:?}"),
    }
}

fn text(text: &str) -> ExpressionKind {
    ExpressionKind::Text(text.into())
}

#[test]
fn every_command_of_the_article_is_read() {
    let script = read(ARTICLE);
    let stages: Vec<usize> = script
        .statements
        .iter()
        .map(|it| it.pipeline.stages.len())
        .collect();
    assert_eq!(stages, [3, 3, 3, 1, 1, 3, 1, 1, 1, 1, 1, 1]);
    let last = script.statements.last().expect("there are some");
    let text = last.place.text(&script.text);
    assert_eq!(
        text,
        "Test-FederationTrust \u{2013}UserIdentity kim@contoso.com -Verbose"
    );
}

#[test]
fn texts_are_read_as_the_shell_reads_them() {
    for (written, expected) in [
        ("contoso.com", text("contoso.com")),
        ("'it''s'", text("it's")),
        ("\"a \"\"b\"\" `\"c`\" `$d\"", text("a \"b\" \"c\" $d")),
        ("\u{201c}curly\u{201d}", text("curly")),
        ("\u{2018}it\u{2019}\u{2019}s\u{2019}", text("it\u{2019}s")),
        ("'$x'", text("$x")),
        ("\"5$ a\"", text("5$ a")),
        ("kim:\\Calendar", text("kim:\\Calendar")),
        ("*@contoso.com", text("*@contoso.com")),
        ("a#b", text("a#b")),
        ("10.0.0.1", text("10.0.0.1")),
        ("2048", ExpressionKind::Integer(2_048)),
        ("-7", ExpressionKind::Integer(-7)),
        ("$TRUE", ExpressionKind::Boolean(true)),
        ("$null", ExpressionKind::Null),
        ("$x", ExpressionKind::Variable("x".into())),
        ("${my_x}", ExpressionKind::Variable("my_x".into())),
    ] {
        assert_eq!(value(written), expected, "{written}");
    }
}

#[test]
fn a_text_with_values_in_it_keeps_its_pieces() {
    for (written, pieces) in [
        ("\"cas1.$domain\"", 2),
        ("\"$x.com\"", 2),
        ("\"$(Get-Date) and $($x.Name)!\"", 4),
        ("cas1.$domain", 2),
        ("$user@contoso.com", 2),
        ("\"$x$y$z\"", 3),
    ] {
        match value(written) {
            ExpressionKind::Interpolated(parts) => assert_eq!(parts.len(), pieces, "{written}"),
            other => panic!("{written}: {other:?}"),
        }
    }
}

#[test]
fn lists_tables_and_properties_are_read() {
    let is_list = |kind: &ExpressionKind, length| matches!(kind, ExpressionKind::List(items) if items.len() == length);
    assert!(is_list(&value("a, 'b' ,\n $c"), 3));
    assert!(matches!(value("@('a', 'b')"), ExpressionKind::Array(it) if it.len() == 1));
    assert!(matches!(value("@()"), ExpressionKind::Array(it) if it.is_empty()));
    match value("@{Add=\"a\",'b'; 'Remove' = $c}") {
        ExpressionKind::Table(entries) => {
            assert_eq!(&*entries[0].0.text, "Add");
            assert!(is_list(&entries[0].1.kind, 2));
            assert_eq!(&*entries[1].0.text, "Remove");
        }
        other => panic!("{other:?}"),
    }
    for path in [
        "$x.Name",
        "$x[0].Name",
        "(Get-OrganizationRelationship).Name",
    ] {
        assert!(
            matches!(value(path), ExpressionKind::Property(..)),
            "{path}"
        );
    }
    assert!(matches!(
        value("(Get-Date).AddDays(-1)"),
        ExpressionKind::Call(..)
    ));
    assert!(matches!(
        value("([guid]::NewGuid().ToString('D'))"),
        ExpressionKind::Pipeline(_)
    ));
}

#[test]
fn lines_go_on_behind_a_backtick_a_pipe_and_a_comma() {
    let script = read(
        "Get-X `\r\n  -Name a, # the first\n b |\n\n  # then\n Set-X; Get-Y\n<# not\n Get-Z #>",
    );
    assert_eq!(script.statements.len(), 2);
    assert_eq!(script.statements[0].pipeline.stages.len(), 2);
}

#[test]
fn typographic_dashes_are_dashes() {
    let command = command("Get\u{2013}Mailbox \u{2013}Identity kim");
    assert_eq!(&*command.name.text, "Get-Mailbox");
    assert!(
        matches!(&command.arguments[0], Argument::Parameter { name, .. } if &*name.text == "Identity")
    );
}

#[test]
fn a_condition_may_leave_out_its_braces() {
    let conditions = [
        "{$_.Name -eq \"a\"}",
        "Name -eq a",
        "-FilterScript {$PSItem.Name -ieq 'a'}",
    ];
    for condition in conditions {
        for name in ["Where-Object", "where", "?"] {
            let script = read(&format!("Get-X | {name} {condition}"));
            let stage = &script.statements[0].pipeline.stages[1];
            let Stage::Where(pipeline) = stage else {
                panic!("{stage:?}")
            };
            let [
                Stage::Value(Expression {
                    kind: ExpressionKind::Binary(..),
                    ..
                }),
            ] = &pipeline.stages[..]
            else {
                panic!("{pipeline:?}")
            };
        }
    }
}

/// Each finding as `place: message (help)`.
fn findings(text: &str) -> Vec<String> {
    let (_, findings) = parse(text);
    let told = findings.iter().map(|finding| {
        let help = finding
            .help
            .as_ref()
            .map_or(String::new(), |help| format!(" ({help})"));
        format!(
            "{}-{}: {}{help}",
            finding.place.start, finding.place.end, finding.message
        )
    });
    told.collect()
}

#[test]
fn a_bad_text_is_told_with_its_place_and_remedy() {
    let cases: &[(&str, &[&str])] = &[
        (
            "Get-X -Name \"a b\nGet-Y",
            &["12-13: this text has no closing quote on its line (close it with `\"`)"],
        ),
        (
            "Get-X 'a\nGet-Y 'b\nGet-Z",
            &[
                "6-7: this text has no closing quote on its line (close it with `'`)",
                "15-16: this text has no closing quote on its line (close it with `'`)",
            ],
        ),
        (
            "foreach ($x in $y) {\n Get-X $x\n}\nGet-Y",
            &[
                "0-7: `foreach` is not modelled (write the cmdlets one by one, or use `ForEach-Object`)",
            ],
        ),
        (
            "if ($x) { Get-X }\nelse { Get-Y }",
            &[
                "0-2: `if` is not modelled (write the cmdlets one by one)",
                "18-22: `else` is not modelled (write the cmdlets one by one)",
            ],
        ),
        (
            "try { Get-X } catch {}",
            &[
                "0-3: `try` is not modelled (a script goes on behind an error unless `$ErrorActionPreference` is 'Stop')",
            ],
        ),
        (
            "Get-X > out.txt",
            &["6-7: `>` is not modelled (leave it out; results are kept in the transcript)"],
        ),
        (
            "Get-X 2>out.txt",
            &["6-8: `>` is not modelled (leave it out; results are kept in the transcript)"],
        ),
        (
            "& Get-X",
            &["0-1: `&` is not modelled (write the cmdlet's name itself)"],
        ),
        (
            "Get-X && Get-Y",
            &["6-7: `&` is not modelled (write the cmdlet's name itself)"],
        ),
        (
            "Get-X || Get-Y",
            &["6-8: `||` is not modelled (write the cmdlets one by one)"],
        ),
        (
            "$x = [System.IO.File]::ReadAllText('a')",
            &[
                "5-34: `[System.IO.File]::ReadAllText` is not modelled (`[System.Guid]::NewGuid()` and `Get-Date` are)",
            ],
        ),
        (
            "$x = [int]5",
            &["5-10: `[int]` is not modelled (`[System.Guid]::NewGuid()` and `Get-Date` are)"],
        ),
        (
            "$x.Replace('a')",
            &[
                "3-10: the method `.Replace()` is not modelled (`.ToString()`, `.AddDays()`, `.AddHours()` and `.AddMinutes()` are)",
            ],
        ),
        (
            "$x += 1",
            &["3-5: `+=` is not modelled (set the variable with `$x = ...`)"],
        ),
        (
            "$x.Name = 1",
            &["0-7: a property cannot be set here (change the object with its `Set-` cmdlet)"],
        ),
        (
            "$true = 1",
            &["0-5: `$true` cannot be set (use another name)"],
        ),
        (
            "$env:PATH",
            &["0-4: `$env:` is not modelled (use a plain variable, such as `$name`)"],
        ),
        (
            "Get-X @splat",
            &[
                "6-7: parameters kept in a variable (`@name`) are not modelled (write the parameters themselves)",
            ],
        ),
        (
            "$x -eqq 1",
            &["3-7: `-eqq` is no operator (did you mean `-eq`?)"],
        ),
        (
            "$x -replace 1",
            &[
                "3-11: `-replace` is not modelled (use `-eq`, `-ne`, `-like`, `-and`, `-or` or `-not`)",
            ],
        ),
        (
            "$x + 1",
            &["3-4: `+` is not modelled (write the text in double quotes with `$(...)` in it)"],
        ),
        (
            "$x -match 'a.*b'",
            &[
                "3-16: `-match` is modelled for plain texts in quotes only, with `^` and `$` at the ends (use `-like` with `*` and `?`)",
            ],
        ),
        (
            "Get-X |",
            &["6-7: nothing follows this `|` (leave it out, or write the next cmdlet)"],
        ),
        (
            "| Get-X",
            &["0-1: a statement cannot begin with `|` (end the line above with `|`)"],
        ),
        (
            "Get-X (Get-Y",
            &["6-7: this `(` is not closed (write `)` where it ends)"],
        ),
        (
            "Get-X | ForEach-Object { Get-Y",
            &["23-24: this `{` is not closed (write `}` where it ends)"],
        ),
        (
            "Get-X)",
            &[
                "5-6: `)` stands where the end of the statement is expected (begin a new line, or put a text in quotes)",
            ],
        ),
        (
            "Get-X <# a",
            &["6-8: this comment has no end (end it with `#>`)"],
        ),
        (
            "Get-X ` \n -Name a",
            &[
                "6-7: this backtick does not continue the line, because blanks follow it (delete the blanks behind it)",
            ],
        ),
        (
            "Get-X -Name [guid]",
            &[
                "12-13: `[` begins a plain text here, not a value of a type (put a value of a type in parentheses, a text in quotes)",
            ],
        ),
        (
            "Get-X {a}",
            &["6-7: `Get-X` takes no block in braces (put texts in quotes)"],
        ),
        (
            "Get-X | Select-Object -Unique",
            &[
                "22-29: `-Unique` of `Select-Object` is not modelled (modelled are `-Property`, `-ExpandProperty`, `-First`)",
            ],
        ),
        (
            "Get-X | where Name",
            &["8-18: `where` needs a condition (write it as `{$_.Name -eq \"Contoso\"}`)"],
        ),
        (
            "Get-X \u{7}",
            &["6-7: U+0007 does not belong in a script (delete it)"],
        ),
        (
            "Get-X 'a\u{1b}b'",
            &["8-9: U+001B does not belong in a script (delete it)"],
        ),
        (
            "@'\nabc\n'@",
            &[
                "0-1: a text over several lines is not modelled (write it in quotes on a line)",
                "7-8: this text has no closing quote on its line (close it with `'`)",
            ],
        ),
        (
            "Get-X a\"b\"",
            &["7-8: a quote in the middle of a word (put the whole text in quotes)"],
        ),
        (
            "Get-X \"a\"b",
            &[
                "9-10: `b` stands where a blank is expected (write a blank, or put the whole text in quotes)",
            ],
        ),
        ("Get-X -Name:", &["6-11: `-Name:` has no value"]),
        (
            "{ Get-X }",
            &[
                "0-1: a block that stands by itself is not modelled (write its cmdlets without the braces)",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(findings(text), *expected, "{text}");
    }
}

#[test]
fn all_faults_of_a_text_are_found_at_once_and_the_rest_is_read() {
    let text = "Get-A 'x\nGet-B\nwhile ($true) { Get-C\n Get-D }\nGet-E > f\nGet-F | Where-Object { $_.A -lik 'b' }\nGet-G";
    let (script, findings) = parse(text);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(
        codes,
        [
            "unterminated-text",
            "not-modelled",
            "not-modelled",
            "unknown-operator"
        ]
    );
    let read: Vec<&str> = script
        .statements
        .iter()
        .map(|it| it.place.text(text))
        .collect();
    assert_eq!(read, ["Get-B", "Get-G"]);
}

#[test]
fn nesting_has_a_limit() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("@(", "1", ")"),
        ("-not ", "1", ""),
        ("@{a=", "1", "}"),
    ] {
        let text = |levels: usize| {
            format!(
                "$x = {}{middle}{}",
                open.repeat(levels),
                close.repeat(levels)
            )
        };
        assert!(parse(&text(15)).1.is_empty(), "{open}");
        let (script, findings) = parse(&format!("{}\nGet-X", text(5_000)));
        assert_eq!(
            findings.iter().next().map(|it| it.code),
            Some("too-deep"),
            "{open}"
        );
        assert_eq!(script.statements.len(), 1, "{open}");
    }
    for chain in [".a", "[0]", " -and 1", " -eq 1", "|%{1}"] {
        let (_, findings) = parse(&format!("$x{}", chain.repeat(5_000)));
        assert_eq!(
            findings.iter().next().map(|it| it.code),
            Some("too-deep"),
            "{chain}"
        );
    }
}

#[test]
fn a_large_hostile_text_is_read_in_time_that_grows_with_its_length() {
    for piece in [
        "(",
        "{",
        "@{",
        "@(",
        "\"$(",
        "'",
        "\"",
        "`",
        "`\n",
        "|",
        "$",
        "-",
        "[",
        "<#",
        "#",
        ",",
        "if {\n",
        "% {\n",
        "Get-X '\n",
        "Get-X (\n",
        "\u{201c}",
        "\u{0}",
        "é",
        "$x.",
        "$x[",
        "a ",
        "a,",
        "-not ",
        "\"$x",
        "a;",
        "@{a=1;",
        "\"`\"",
        "$(\"",
        "a{\n",
        "x|%{\n",
        "x|?{'\n",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        // That it ends soon is the test; the limit of the whole suite says when not.
        let (_, findings) = parse(&text);
        assert!(findings.iter().count() <= crate::cmdlet::finding::KEPT_MAX);
    }
    let (script, findings) = parse(&" ".repeat(super::TEXT_MAX + 1));
    assert!(script.statements.is_empty());
    assert_eq!(findings.iter().next().map(|it| it.code), Some("too-long"));
}

#[test]
fn mutated_texts_never_harm_the_reader() {
    let pieces = [
        "\"", "'", "(", ")", "{", "}", "|", "$", "@", "`", "\n", "-", ",", ";", "[", "]", "#",
        "<#", "#>", "=", ".", ":", "é", "\u{201c}", "\u{2019}", "\u{0}", "$(", "@{", "-eq", " ",
        "&", ">", "\u{2013}", "1",
    ];
    // A multiplicative generator is random enough to tear texts apart, and the same everywhere.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..20_000 {
        let mut characters: Vec<char> = ARTICLE.chars().collect();
        let from = next(characters.len());
        characters.drain(..from);
        characters.truncate(200);
        for _ in 0..=next(6) {
            let at = next(characters.len() + 1);
            match next(3) {
                0 => {
                    let end = (at + next(9)).min(characters.len());
                    characters.drain(at..end);
                }
                1 => {
                    let piece = pieces[next(pieces.len())];
                    characters.splice(at..at, piece.chars());
                }
                _ => characters.truncate(at),
            }
        }
        let text: String = characters.into_iter().collect();
        let (script, findings) = parse(&text);
        for finding in findings.iter() {
            assert!(
                text.get(finding.place.range()).is_some(),
                "{text:?}: {finding:?}"
            );
        }
        for statement in &script.statements {
            assert!(text.get(statement.place.range()).is_some(), "{text:?}");
        }
    }
}
