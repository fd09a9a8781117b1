//! How `ls` sets names in columns: as many as fit, each as wide as its widest name, with tabs between them where GNU
//! sets tabs. A cell is the text and its width on the screen, which colours do not add to. It must not know what is
//! listed.

const MIN_COLUMN: usize = 3;
const TAB: usize = 8;

/// Down the columns (`-C`, and a terminal). BusyBox has columns of one width and no tabs.
pub fn columns(cells: &[(String, usize)], width: usize, tabs: bool, busybox: bool) -> String {
    if busybox {
        return even(cells, width);
    }
    let widths = fit(cells, width, &|i, columns| i / cells.len().div_ceil(columns));
    let rows = cells.len().div_ceil(widths.len().max(1));
    let mut out = String::new();
    for row in 0..rows {
        let mut at = 0;
        for (column, wide) in widths.iter().enumerate() {
            let Some(cell) = cells.get(row + column * rows) else { break };
            out.push_str(&cell.0);
            if row + (column + 1) * rows < cells.len() {
                indent(&mut out, at + cell.1, at + wide, tabs);
            }
            at += wide;
        }
        out.push('\n');
    }
    out
}

/// Along the rows (`-x`).
pub fn across(cells: &[(String, usize)], width: usize, tabs: bool) -> String {
    let widths = fit(cells, width, &|i, columns| i % columns);
    let mut out = String::new();
    let (mut at, mut end) = (0, 0);
    for (i, cell) in cells.iter().enumerate() {
        let column = i % widths.len().max(1);
        if column == 0 {
            if i > 0 {
                out.push('\n');
            }
            at = 0;
        } else {
            indent(&mut out, end, at, tabs);
        }
        out.push_str(&cell.0);
        end = at + cell.1;
        at += widths.get(column).copied().unwrap_or(0);
    }
    if !cells.is_empty() {
        out.push('\n');
    }
    out
}

/// With commas (`-m`).
pub fn commas(cells: &[(String, usize)], width: usize) -> String {
    let mut out = String::new();
    let mut at = 0;
    for (i, (text, len)) in cells.iter().enumerate() {
        if i > 0 {
            let fits = at + len + 2 < width;
            out.push_str(if fits { ", " } else { ",\n" });
            at = if fits { at + 2 } else { 0 };
        }
        out.push_str(text);
        at += len;
    }
    if !cells.is_empty() {
        out.push('\n');
    }
    out
}

/// The widths of the largest number of columns that fit the line.
fn fit(cells: &[(String, usize)], width: usize, column_of: &dyn Fn(usize, usize) -> usize) -> Vec<usize> {
    let most = width.div_ceil(MIN_COLUMN).min(cells.len()).max(1);
    for columns in (2..=most).rev() {
        let mut widths = vec![MIN_COLUMN; columns];
        for (i, (_, len)) in cells.iter().enumerate() {
            let column = column_of(i, columns);
            let gap = if column + 1 == columns { 0 } else { 2 };
            if let Some(wide) = widths.get_mut(column) {
                *wide = (*wide).max(len + gap);
            }
        }
        if widths.iter().sum::<usize>() < width {
            return widths;
        }
    }
    vec![cells.iter().map(|c| c.1).max().unwrap_or(0)]
}

/// Moves from one column to another, with a tab wherever one reaches further than a space would.
fn indent(out: &mut String, mut from: usize, to: usize, tabs: bool) {
    while from < to {
        if tabs && to / TAB > (from + 1) / TAB {
            out.push('\t');
            from += TAB - from % TAB;
        } else {
            out.push(' ');
            from += 1;
        }
    }
}

fn even(cells: &[(String, usize)], width: usize) -> String {
    let wide = cells.iter().map(|c| c.1).max().unwrap_or(0) + 2;
    let columns = (width / wide).max(1);
    let rows = cells.len().div_ceil(columns);
    let mut out = String::new();
    for row in 0..rows {
        let mut pad = 0;
        for cell in (0..columns).filter_map(|c| cells.get(row + c * rows)) {
            for _ in 0..pad {
                out.push(' ');
            }
            out.push_str(&cell.0);
            pad = wide - cell.1;
        }
        out.push('\n');
    }
    out
}

/// A field at the right of its column, and a space.
pub fn right(out: &mut String, text: &str, width: usize) {
    for _ in text.len()..width {
        out.push(' ');
    }
    out.push_str(text);
    out.push(' ');
}

/// An owner: names stand left in their column, numbers right.
pub fn name_or_number(out: &mut String, text: &str, width: usize) {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return right(out, text, width);
    }
    out.push_str(text);
    for _ in text.len()..=width {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(names: &str) -> Vec<(String, usize)> {
        names.split(' ').map(|n| (n.to_string(), n.len())).collect()
    }

    #[test]
    fn the_root_of_an_image_on_80_columns() {
        let root =
            cells("bin boot dev etc file.txt home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var");
        assert_eq!(columns(&root, 80, true, false), "bin   dev  file.txt  lib    media  opt\t root  sbin  sys  usr\nboot  etc  home      lib64  mnt    proc  run   srv   tmp  var\n");
    }

    #[test]
    fn rows_and_commas() {
        assert_eq!(across(&cells("a bb ccc"), 80, true), "a  bb  ccc\n");
        assert_eq!(commas(&cells("a bb ccc"), 8), "a, bb,\nccc\n");
        assert_eq!(columns(&[], 80, true, false), "");
    }
}
