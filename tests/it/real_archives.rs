//! Archives of real images, where the machine has them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// Why [`archive`] has none; tests say it when they skip.
pub const NOT_HERE: &str = "no real archives in ../shared/images (or the folder that CAPAS_IMAGES names), or no xz";

/// One test at a time unpacks.
static UNPACKING: Mutex<()> = Mutex::new(());

/// The bytes of a real archive (`ubuntu`, `busybox`); `None` where the archive or `xz` is missing.
#[allow(dead_code, reason = "the benchmarks take the file")]
pub fn archive(name: &str) -> Option<Arc<[u8]>> {
    fs::read(file(name)?).ok().map(Into::into)
}

/// The same as a file, unpacked once with `xz` into the build folder.
pub fn file(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CAPAS_IMAGES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/images"), PathBuf::from);
    let packed = folder.join(format!("{name}.tar.xz"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.tar"));
    let _one = UNPACKING.lock().unwrap();
    if !target.exists() {
        let part = target.with_extension(format!("part{}", std::process::id()));
        let out = fs::File::create(&part).ok()?;
        let done = Command::new("xz").arg("-dkc").arg(&packed).stdout(out).stderr(Stdio::null()).status();
        if !done.is_ok_and(|s| s.success()) {
            let _ = fs::remove_file(&part);
            return None;
        }
        fs::rename(&part, &target).ok()?;
    }
    Some(target)
}
