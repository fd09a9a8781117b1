//! The figures: goldens in `tests/figures/`, properties of every scene, and the movements between two snapshots.

use crate::figures_data::*;
use capas::engine::snapshot::*;
use capas::figure::layout::{container_view, sharing_view};
use capas::figure::scene::{Options, Scene, Size};
use capas::figure::style::Theme;
use capas::figure::svg;

const SIZES: [(&str, Size); 3] = [("regular", Size::Regular), ("compact", Size::Compact), ("narrow", Size::Narrow)];

/// Writes every case as SVG and PNG into the folder that `FIGURES_OUT` names, to look at.
#[test]
fn contact_sheet() {
    let Ok(out) = std::env::var("FIGURES_OUT") else { return };
    let mut fonts = resvg::usvg::fontdb::Database::new();
    fonts.load_system_fonts();
    fonts.set_sans_serif_family("DejaVu Sans");
    fonts.set_monospace_family("DejaVu Sans Mono");
    let options = resvg::usvg::Options { fontdb: std::sync::Arc::new(fonts), ..Default::default() };
    for (name, scene, theme) in cases() {
        let svg = svg::document(&scene, theme);
        let tree = resvg::usvg::Tree::from_str(&svg, &options).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (w, h) = (scene.width as u32, scene.height as u32);
        let mut pixmap = resvg::tiny_skia::Pixmap::new(w, h).expect("a size");
        resvg::render(&tree, resvg::tiny_skia::Transform::identity(), &mut pixmap.as_mut());
        std::fs::write(format!("{out}/{name}.svg"), svg).expect("written");
        pixmap.save_png(format!("{out}/{name}.png")).expect("written");
    }
}

/// Every case: a name, its scene, its theme.
fn cases() -> Vec<(String, Scene, Theme)> {
    let mut all = Vec::new();
    for (size_name, size) in SIZES {
        let mut add = |name: &str, view: &dyn Fn(&Options<'_>) -> Scene| {
            for (theme_name, theme) in [("light", Theme::Light), ("dark", Theme::Dark)] {
                let opts = Options { size, id: "t", ..Options::default() };
                all.push((format!("{name}-{size_name}-{theme_name}"), view(&opts), theme));
            }
        };
        let refused = refused();
        let dbf = format!("layer:{}", refused.layers[1].chain_id);
        add("refused", &|o| container_view(&refused, None, None, &Options { selected: Some(&dbf), ..*o }));
        add("pulled", &|o| container_view(&pulled(), None, None, o));
        add("empty", &|o| container_view(&Snapshot::default(), None, None, o));
        add("tall5", &|o| container_view(&tall(5), None, None, o));
        add("tall13", &|o| container_view(&tall(13), None, None, o));
        add("tall127", &|o| container_view(&tall(127), None, None, o));
        add("busy", &|o| container_view(&busy(), None, None, o));
        add("deleted", &|o| container_view(&deleted(), None, None, o));
        add("sharing", &|o| sharing_view(&sharing(), None, o));
        add("sharing1", &|o| sharing_view(&tutorial(), None, o));
        add("sharing-pulled", &|o| sharing_view(&pulled(), None, o));
        add("forest", &|o| sharing_view(&forest(), None, o));
        add("crowd", &|o| sharing_view(&crowd(1000), None, o));
        add("sharing-tall", &|o| sharing_view(&tall(30), None, o));
    }
    all
}
