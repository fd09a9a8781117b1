//! The shell cannot be made to panic, overflow or hang: random texts, scripts with pieces missing, deep nesting, endless
//! recursion.

use crate::shell_machine::Machine;
use capas::shell::lexer::{Flavour, Parser, Settings};
use capas::shell::parser::parse_text;
use proptest::prelude::*;

fn settings(flavour: Flavour) -> Settings {
    Settings { flavour, aliases: None, extglob: true }
}

/// Pieces that scripts are made of.
const PIECES: &[&str] = &[
    "echo", " ", "\n", ";", "&", "&&", "||", "|", "(", ")", "{", "}", "if", "then", "fi", "else", "for", "in", "do",
    "done", "while", "case", "esac", ";;", "$", "${", "$(", "$((", "))", "`", "'", "\"", "\\", "<<EOF", "EOF", "<",
    ">", ">&", "2>&1", "[[", "]]", "=~", "((", "a=(", "x=1", "*", "?", "[", "]", "!", "#", "%", "/", ":", "-", "+",
    "@", "~", "function", "f()", "ñ", "$'", "<(", "<<<", "1", "10", "..", ",", "^", "=", "select", "time",
];

fn bash(script: &str) -> crate::shell_machine::Ran {
    Machine::new().run("/bin/bash", &["bash", "-c", script], "")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,60}") {
        for flavour in [Flavour::Bash, Flavour::Dash, Flavour::Ash] {
            let _ = parse_text(&text, 1, settings(flavour));
            let _ = Parser::plain_text(&text, 1, settings(flavour));
        }
    }

    #[test]
    fn any_heap_of_pieces_is_parsed_or_refused(picks in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = picks.iter().map(|i| PIECES[*i]).collect();
        for flavour in [Flavour::Bash, Flavour::Dash, Flavour::Ash] {
            let _ = parse_text(&text, 1, settings(flavour));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_heap_of_pieces_can_be_run(picks in proptest::collection::vec(0..PIECES.len(), 0..25)) {
        let text: String = picks.iter().map(|i| PIECES[*i]).collect();
        let _ = bash(&text);
    }
}

#[test]
fn scripts_with_a_piece_missing_are_parsed_or_refused() {
    let script = include_str!("shell_cases/debian.bashrc");
    let chars: Vec<char> = script.chars().collect();
    for at in 0..chars.len() {
        let text: String = chars.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| *c).collect();
        let _ = parse_text(&text, 1, settings(Flavour::Bash));
        let cut: String = chars.iter().take(at).collect();
        let _ = parse_text(&cut, 1, settings(Flavour::Bash));
    }
}

#[test]
fn deep_nesting_is_refused_with_a_message() {
    let forms = [
        ("(", ")"),
        ("{ ", "; }"),
        ("$(", ")"),
        ("\"$(echo ", ")\""),
        ("${x:-", "}"),
        ("if true; then ", "; fi"),
        ("[[ ! ", " ]]"),
        ("! ", ""),
        ("f() ", ""),
        ("`", "`"),
    ];
    for (open, close) in forms {
        for start in ["", "echo "] {
            let text = format!("{start}{}true{}", open.repeat(3_000), close.repeat(3_000));
            let _ = parse_text(&text, 1, settings(Flavour::Bash));
        }
    }
    let ran = bash(&format!("{}true{}", "( ".repeat(3_000), " )".repeat(3_000)));
    assert!(ran.stderr.contains("nested too deeply"), "{ran:?}");
    let ran = bash(&format!("echo $(({}1{}))", "(".repeat(5_000), ")".repeat(5_000)));
    assert!(ran.stderr.contains("recursion level"), "{ran:?}");
    let ran = bash(&format!("[[ {} == {}b ]]; echo $?", "a".repeat(300), "*a".repeat(300)));
    assert_eq!(ran.stdout, "1\n");
}

#[test]
fn endless_recursion_ends_with_a_message() {
    let ran = bash("f() { f; }; f; echo after");
    assert!(ran.stderr.contains("nesting level"), "{ran:?}");
    let ran = bash("f() { if true; then { for i in 1; do case a in a) f;; esac; done; }; fi; }; f; echo after");
    assert!(ran.stderr.contains("nesting level"), "{ran:?}");
    let ran = bash("a=b b=a; echo $((a))");
    assert!(ran.stderr.contains("recursion level"), "{ran:?}");
    let ran = bash("e() { eval e; }; e; echo after");
    assert!(ran.stderr.contains("nesting level"), "{ran:?}");
}

#[test]
fn an_endless_loop_lets_others_in() {
    let ran = bash("while :; do :; done & sleep 1; kill $!; wait $!; echo $?");
    assert_eq!(ran.stdout, "143\n");
}

#[test]
fn an_array_is_a_syntax_error_outside_bash() {
    for text in ["a=(1 2)", "a=(<("] {
        for flavour in [Flavour::Dash, Flavour::Ash] {
            assert!(parse_text(text, 1, settings(flavour)).is_err(), "{flavour:?}: {text}");
        }
    }
    assert!(parse_text("a=(1 <(:))", 1, settings(Flavour::Bash)).is_ok());
}
