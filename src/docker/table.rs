//! Listings: rows of named texts, printed by a format (`table …`, `raw`, a Go template) with the columns that
//! Go's `tabwriter` makes. It must not know what the rows are about.

use super::error::CliError;
use super::template::{Fields, Functions, MissingKey, Template, Value};
use crate::sorted;
use std::rc::Rc;

/// What is listed.
#[derive(Debug)]
pub struct Listing {
    /// The Go type of a row, as error sentences name it.
    pub type_name: &'static str,
    /// The heading of each field.
    pub headings: &'static [(&'static str, &'static str)],
    /// The rows, each with every field of the headings.
    pub rows: Vec<Fields>,
}

/// A row's fields from names and texts.
pub fn fields<const N: usize>(pairs: [(&str, String); N]) -> Fields {
    pairs.into_iter().map(|(name, text)| (name.into(), text.into())).collect()
}

/// The listing as `format` wants it. `format` is a template, perhaps after the word `table`.
pub fn render(format: &str, listing: Listing) -> Result<String, CliError> {
    let table = format.strip_prefix("table");
    let body = table.unwrap_or(format).trim_matches(' ').replace("\\t", "\t").replace("\\n", "\n");
    let failed = |message: String| CliError::new(1, format!("template parsing error: {message}"));
    let template = Template::parse("", &body).map_err(failed)?;
    let mut out = String::new();
    if table.is_some() {
        let mut heads: Fields = listing.headings.iter().map(|(name, head)| ((*name).into(), (*head).into())).collect();
        heads.push(("Label".into(), Value::HeaderLookup));
        let heads = Value::Struct("formatter.SubHeaderContext", Rc::new(heads));
        // Docker prints what there is of a heading that fails.
        let _ = template.execute(&heads, MissingKey::NoValue, Functions::Heading, &mut out);
        out.push('\n');
    }
    for row in listing.rows {
        let row = row_value(listing.type_name, row);
        template.execute(&row, MissingKey::NoValue, Functions::Real, &mut out).map_err(failed)?;
        out.push('\n');
    }
    Ok(if table.is_some() { align(&out, 10, 3) } else { out })
}

/// A row as a template sees it: its fields sorted, as `json .` writes them.
pub fn row_value(type_name: &'static str, mut row: Fields) -> Value {
    sorted::sort_by(&mut row, |a, b| a.0.cmp(&b.0));
    Value::Struct(type_name, Rc::new(row))
}

/// Go's `text/tabwriter` with a tab width of 1 and blanks: a column is as wide as the widest cell of adjoining
/// lines plus `padding`, and at least `min`; the last cell of a line belongs to no column.
pub fn align(text: &str, min: usize, padding: usize) -> String {
    let lines: Vec<Vec<&str>> = text.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut widths: Vec<Vec<usize>> = vec![Vec::new(); lines.len()];
    column_widths(&lines, &mut widths, 0..lines.len(), 0, min, padding);
    let mut out = String::new();
    for (i, (line, widths)) in lines.iter().zip(&widths).enumerate() {
        if i > 0 {
            out.push('\n');
        }
        for (column, cell) in line.iter().enumerate() {
            out.push_str(cell);
            if column + 1 < line.len() {
                let width = widths.get(column).copied().unwrap_or(0);
                let fill = width.saturating_sub(cell.chars().count());
                out.extend(std::iter::repeat_n(' ', fill));
            }
        }
    }
    out
}

fn column_widths(
    lines: &[Vec<&str>],
    widths: &mut [Vec<usize>],
    range: std::ops::Range<usize>,
    column: usize,
    min: usize,
    padding: usize,
) {
    let has = |line: usize| lines.get(line).is_some_and(|cells| cells.len() > column + 1);
    let mut at = range.start;
    while at < range.end {
        if !has(at) {
            at += 1;
            continue;
        }
        let block = at..(at..range.end).find(|&line| !has(line)).unwrap_or(range.end);
        let cells = lines.get(block.clone()).unwrap_or(&[]).iter().filter_map(|cells| cells.get(column));
        let width = cells.map(|cell| cell.chars().count() + padding).max().unwrap_or(0).max(min);
        for line in widths.get_mut(block.clone()).into_iter().flatten() {
            line.push(width);
        }
        at = block.end;
        column_widths(lines, widths, block, column + 1, min, padding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing() -> Listing {
        let row = |id: &str, name: &str| {
            let mut row = fields([("ID", id.to_owned()), ("Names", name.to_owned())]);
            let labels = vec![("a".into(), name.into())];
            row.push(("Label".into(), Value::Lookup(Rc::new(labels))));
            row
        };
        let headings = &[("ID", "CONTAINER ID"), ("Names", "NAMES")];
        Listing {
            type_name: "*formatter.ContainerContext",
            headings,
            rows: vec![row("2d16e713be6c", "c<1"), row("eb00", "dos")],
        }
    }

    #[test]
    fn columns_are_tabwriters() {
        let shown = |format: &str| render(format, listing()).unwrap();
        assert_eq!(
            shown("table {{.Names}}\t{{.ID}}"),
            "NAMES     CONTAINER ID\nc<1       2d16e713be6c\ndos       eb00\n"
        );
        assert_eq!(
            shown("table {{.ID}} {{upper .Names}}\\t{{.Label \"a.my-label\"}}{{.Label \"a\"}}"),
            "CONTAINER ID NAMES   my labela\n2d16e713be6c C<1     c<1\neb00 DOS             dos\n"
        );
        assert_eq!(
            shown("{{json .}} {{json .Names}}\\n-"),
            "{\"ID\":\"2d16e713be6c\",\"Names\":\"c\\u003c1\"} \"c<1\"\n-\n{\"ID\":\"eb00\",\"Names\":\"dos\"} \"dos\"\n-\n"
        );
        assert_eq!(
            align("a\tb\nlong text here\tc\nno tab\nx\ty\n", 10, 3),
            "a                b\nlong text here   c\nno tab\nx         y\n"
        );
    }

    #[test]
    fn errors_are_the_formatters() {
        let failed = |format: &str| render(format, listing()).unwrap_err().message;
        assert_eq!(
            failed("{{.Foo}}"),
            "template parsing error: template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo in type \
             *formatter.ContainerContext"
        );
        assert_eq!(failed("table {{.Names"), "template parsing error: template: :1: unclosed action");
    }
}
