//! Go's `text/template`, as the command line's `--format` and `-f` need it: our own, because the error
//! sentences must be Go's. It must not know Docker's objects: it sees [`Value`]s.

mod ast;
mod exec;
mod funcs;
mod lex;
mod parse;
pub(in crate::docker) mod printf;
mod value;

pub use exec::{Functions, MissingKey};
pub use value::{Fields, Value};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    name: String,
    text: String,
    defs: ast::Defs,
}

impl Template {
    /// Parses `text`. The error is Go's sentence (`template: :1: unclosed action`).
    pub fn parse(name: &str, text: &str) -> Result<Template, String> {
        let defs = parse::parse(name, text, funcs::NAMES)?;
        Ok(Template { name: name.to_owned(), text: text.to_owned(), defs })
    }

    /// Appends the template's text for `data` to `out`; on an error `out` holds what came before it, and the
    /// error is Go's sentence (`template: :1:2: executing "" at <.X>: …`).
    pub fn execute(
        &self,
        data: &Value,
        missing: MissingKey,
        functions: Functions,
        out: &mut String,
    ) -> Result<(), String> {
        let mut exec = exec::Exec {
            name: &self.name,
            text: &self.text,
            defs: &self.defs,
            missing,
            functions,
            vars: vec![("$".to_owned(), data.clone())],
            at: (0, String::new()),
            depth: 0,
        };
        match self.defs.first() {
            Some((_, nodes)) => exec.run(nodes, data, out),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn text(template: &str, data: &Value, missing: MissingKey) -> String {
        let parsed = match Template::parse("", template) {
            Ok(parsed) => parsed,
            Err(message) => return format!("! {message}"),
        };
        let mut out = String::new();
        match parsed.execute(data, missing, Functions::Real, &mut out) {
            Ok(()) => out,
            Err(message) => format!("! {message}"),
        }
    }

    fn row(template: &str) -> String {
        let fields = [("ID", "2079"), ("Image", "busybox"), ("Names", "c1")];
        let fields: Fields = fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        text(template, &Value::Struct("*formatter.ContainerContext", Rc::new(fields)), MissingKey::NoValue)
    }

    /// What a real 20.10.24 printed for a container of busybox named c1, whose id begins with 2079.
    #[test]
    fn rows_print_as_the_real_client_prints_them() {
        for (template, want) in [
            ("x{{.Names}}{{.Foo}}", "! template: :1:13: executing \"\" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext"),
            ("{{.Names", "! template: :1: unclosed action"),
            ("{{foo .Names}}", "! template: :1: function \"foo\" not defined"),
            ("{{if}}", "! template: :1: missing value for if"),
            ("{{if .Names}}x", "! template: :1: unexpected EOF"),
            ("{{end}}", "! template: :1: unexpected {{end}}"),
            ("{{else}}", "! template: :1: unexpected {{else}}"),
            ("{{range .Names}}{{.}}{{end}}", "! template: :1:8: executing \"\" at <.Names>: range can't iterate over c1"),
            ("{{eq .Names \"c1\" \"c2\"}} {{ne .Names \"x\"}} {{lt 1 2}} {{and 1 0}} {{or 0 \"a\"}} {{not true}}", "true true true 0 a false"),
            ("{{$x := .Names}}{{$x}}{{with .Names}}{{.}}{{$.ID}}{{end}}{{/* c */}}|{{- \" a \" -}} |", "c1c12079| a |"),
            ("{{$y}}", "! template: :1: undefined variable \"$y\""),
            ("{{.Names.Foo}}", "! template: :1:8: executing \"\" at <.Names.Foo>: can't evaluate field Foo in type string"),
            ("{{join .Names \",\"}}", "! template: :1:7: executing \"\" at <.Names>: wrong type for value; expected []string; got string"),
            ("{{split .Image \"b\"}} {{join (split .Image \"b\") \"-\"}} {{title .Image}} {{pad .Image 2 3}}| {{truncate .Image 3}} {{truncate .Image 30}}", "[ usy ox] -usy-ox Busybox   busybox   | bus busybox"),
            ("{{truncate}}", "! template: :1:2: executing \"\" at <truncate>: wrong number of args for truncate: want 2 got 0"),
            ("{{println .Image 1 true 1.5 3e10 \"a\"}}", "busybox 1 true 1.5 3e+10 a\n"),
            ("{{println .Image nil}}", "busybox <nil>\n"),
            ("{{1.5}} {{3e20}} {{0x10}} {{true}} {{\"a\\tb\"}} {{`raw`}} {{'a'}}", "1.5 3e+20 16 true a\tb raw 97"),
            ("{{call .Names}}", "! template: :1:2: executing \"\" at <call .Names>: error calling call: non-function of type string"),
            ("{{template \"x\"}}", "! template: :1:11: executing \"\" at <{{template \"x\"}}>: template \"x\" not defined"),
            ("{{define \"x\"}}hi{{end}}{{template \"x\"}}", "hi"),
            ("{{nil}}", "! template: :1:2: executing \"\" at <nil>: nil is not a command"),
            ("{{\"abc}}", "! template: :1: unterminated quoted string"),
            ("{{.Names}", "! template: :1: bad character U+007D '}'"),
            ("}}", "}}"),
            ("{{}}", "! template: :1: missing value for command"),
            ("{{.Names .ID}}", "! template: :1:2: executing \"\" at <.Names>: wrong number of args for Names: want 0 got 1"),
            ("{{1 2}}", "! template: :1:2: executing \"\" at <1>: can't give argument to non-function 1"),
            ("{{lt .Names 1}}", "! template: :1:2: executing \"\" at <lt .Names 1>: error calling lt: incompatible types for comparison"),
            ("{{break}}", "! template: :1: {{break}} outside {{range}}"),
            ("{{range $i, $e := (split \"a,b\" \",\")}}{{$i}}={{$e}} {{else}}none{{end}}", "0=a 1=b "),
            ("{{index (split \"a,b\" \",\") 5}}", "! template: :1:2: executing \"\" at <index (split \"a,b\" \",\") 5>: error calling index: index out of range: 5"),
            ("{{len .Names}} {{slice .ID 1 3}} {{printf \"%5s|%-5s|%q|%v|%d|%x|%05.1f|%t|%z\" .Names .Names .Names .Names 3 \"ab\" 2.25 true 1}}", "2 07    c1|c1   |\"c1\"|c1|3|6162|002.2|true|%!z(int=1)"),
            ("{{printf \"%d\" .Names}}{{printf \"%s\"}}{{printf \"x\" 1}}", "%!d(string=c1)%!s(MISSING)x%!(EXTRA int=1)"),
            ("{{html \"<a>\"}} {{js \"a\\\"b\"}} {{urlquery \"a b&c\"}} {{print 1 2 \"a\" \"b\" 3}}", "&lt;a&gt; a\\\"b a+b%26c 1 2ab3"),
            ("{{if eq .ID \"x\"}}a{{else if .Names}}b{{else}}c{{end}}", "b"),
            ("a\n  {{- .Names -}}\n  b", "ac1b"),
            ("{{range $k := split \"a b c\" \" \"}}{{if eq $k \"b\"}}{{continue}}{{end}}{{$k}}{{end}}", "ac"),
        ] {
            assert_eq!(row(template), want, "{template}");
        }
    }

    #[test]
    fn raw_json_prints_as_go_prints_interfaces() {
        let json = serde_json::json!({
            "Size": 1982296, "Parent": "", "Config": {"Env": ["A=1"], "Labels": {"b": "2", "a": "1"}, "Cmd": null}
        });
        let raw = |template: &str| text(template, &Value::raw(&json), MissingKey::Error);
        for (template, want) in [
            ("{{.Config.Foo}}", "! template: :1:9: executing \"\" at <.Config.Foo>: map has no entry for key \"Foo\""),
            ("{{.Foo.Bar}}", "! template: :1:6: executing \"\" at <.Foo.Bar>: map has no entry for key \"Foo\""),
            ("{{.Parent.X}}", "! template: :1:9: executing \"\" at <.Parent.X>: can't evaluate field X in type interface {}"),
            ("{{printf \"%d\" .Size}} {{.Size}}", "%!d(json.Number=1982296) 1982296"),
            ("{{.Config}}", "map[Cmd:<nil> Env:[A=1] Labels:map[a:1 b:2]]"),
            ("{{json .Config}} {{len .Config.Labels}} {{index .Config.Env 0}}", "{\"Cmd\":null,\"Env\":[\"A=1\"],\"Labels\":{\"a\":\"1\",\"b\":\"2\"}} 2 A=1"),
            ("{{join .Config.Env \",\"}}", "! template: :1:14: executing \"\" at <.Config.Env>: wrong type for value; expected []string; got []interface {}"),
            ("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}", "a=1;b=2;"),
        ] {
            assert_eq!(raw(template), want, "{template}");
        }
    }
}
