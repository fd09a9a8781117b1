//! `capas figure`: one of the two figures of a lesson or session after a step, or of an image, as SVG or PNG.

use super::cli::{FigureArgs, ViewArg};
use super::image::{self, Source};
use super::lesson::plain_error;
use super::{lesson, usage};
use crate::figure::layout;
use crate::figure::scene::Options;
use crate::figure::style::Theme;
use crate::figure::svg;
use crate::session::log::Log;
use crate::session::{self, replay, Session};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Draws and writes it. Nothing is written unless everything went well.
pub(super) fn run(args: &FigureArgs) -> Result<u8> {
    let kind = args.output.as_deref().map(extension).transpose()?;
    let (before, after) = snapshots(args)?;
    let lang = args.lang.lang();
    let options = Options { lang, ..Options::default() };
    let scene = match args.view {
        ViewArg::Container => layout::container_view(&after, None, before.as_deref(), &options),
        ViewArg::Sharing => layout::sharing_view(&after, before.as_deref(), &options),
    };
    let theme = if args.dark { Theme::Dark } else { Theme::Light };
    let text = svg::document(&scene, theme);
    match (&args.output, kind) {
        (Some(path), Some(Kind::Png)) => write(path, &png(&text)?)?,
        (Some(path), _) => write(path, text.as_bytes())?,
        (None, _) => println!("{text}"),
    }
    Ok(0)
}

type Snap = std::sync::Arc<crate::engine::snapshot::Snapshot>;

/// The snapshots before and after the step that is asked for.
fn snapshots(args: &FigureArgs) -> Result<(Option<Snap>, Snap)> {
    let is_lesson = args.file.extension().is_some_and(|e| e == "md");
    let source = if is_lesson { None } else { Source::find_image(&args.file)? };
    let (mut session, steps): (Session, Vec<replay::Typed>) = if let Some(source) = source {
        let empty = session::Options { seed: args.seed, ..session::Options::default() };
        let options = match source {
            Source::Archive(archive) => session::Options { archives: vec![image::read(&args.file, archive)?], ..empty },
            Source::Registry(name) => session::Options { images: vec![name.to_string()], ..empty },
        };
        let wrong = |error| usage(format!("{}: {error}", args.file.display()));
        (Session::start(options).map_err(wrong)?, Vec::new())
    } else if is_lesson {
        let lesson = lesson::read(&args.file)?;
        let steps = lesson.steps().map(replay::Typed::of_step).collect();
        (Session::start(session::Options::for_lesson(&lesson, args.seed)).map_err(usage)?, steps)
    } else {
        let text = std::fs::read_to_string(&args.file)
            .map_err(|error| usage(format!("{}: {}", args.file.display(), plain_error(&error))))?;
        let log = Log::parse(&text).map_err(|error| usage(format!("{}: {error}", args.file.display())))?;
        let steps = replay::group(&log.inputs);
        (Session::start(session::Options::for_log(&log)).map_err(usage)?, steps)
    };
    let wanted = args.step.unwrap_or(steps.len());
    if wanted > steps.len() {
        return Err(usage(format!("{} has {} steps, not {wanted}", args.file.display(), steps.len())));
    }
    let mut before = None;
    for step in steps.iter().take(wanted) {
        before = Some(session.snapshot());
        step.run(&mut session);
    }
    Ok((before, session.snapshot()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
}

fn extension(path: &Path) -> Result<Kind> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => Ok(Kind::Svg),
        Some("png") => Ok(Kind::Png),
        _ => Err(usage(format!("{}: the name must end in .svg or .png", path.display()))),
    }
}

fn png(svg: &str) -> Result<Vec<u8>> {
    use resvg::{tiny_skia, usvg};
    const SCALE: f32 = 2.0;
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    // Browsers also call condensed faces by a family's name of their own, which the figures' style sheet uses.
    let condensed = fonts.faces().filter(|f| f.stretch == usvg::fontdb::Stretch::Condensed).cloned();
    for mut face in condensed.collect::<Vec<_>>() {
        face.families.iter_mut().for_each(|f| f.0 += " Condensed");
        face.stretch = usvg::fontdb::Stretch::Normal;
        fonts.push_face_info(face);
    }
    // The generic families stand for fonts that need not be here.
    let sans = ["DejaVu Sans Condensed", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica"];
    let mono = ["DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono", "Courier New", "Menlo"];
    if let Some(name) = first_font(fonts, &sans, false) {
        fonts.set_sans_serif_family(name);
    }
    match first_font(fonts, &mono, true) {
        Some(name) => fonts.set_monospace_family(name),
        None => anyhow::bail!("there is no font to write the figure's words with: use .svg"),
    }
    let tree = usvg::Tree::from_str(svg, &options).context("the figure's own SVG")?;
    let size = tree.size().to_int_size().scale_by(SCALE).context("an empty figure")?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).context("an empty figure")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().context("PNG")
}

/// The first of these families that is here, or any of the kind.
fn first_font(fonts: &resvg::usvg::fontdb::Database, names: &[&str], mono: bool) -> Option<String> {
    let here = |name: &str| fonts.faces().any(|f| f.families.iter().any(|(n, _)| n == name));
    let any = || fonts.faces().find(|f| f.monospaced == mono).or_else(|| fonts.faces().next());
    let named = names.iter().find(|n| here(n)).map(|n| n.to_string());
    named.or_else(|| any()?.families.first().map(|f| f.0.clone()))
}

/// Writes beside the target and renames, so that a full disk leaves no half of a figure.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let done = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    done.map_err(|error| {
        // The first error is the one to report.
        let _ = std::fs::remove_file(&part);
        usage(format!("{}: {}", path.display(), plain_error(&error)))
    })
}
