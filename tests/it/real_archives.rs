//! Archives of real images, where the machine has them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The bytes of a real archive (`ubuntu`, `busybox`), unpacked once with `xz` into the build folder; `None`, which
/// tests answer by saying that they skip, where the archive or `xz` is missing.
pub fn archive(name: &str) -> Option<Arc<[u8]>> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/images").join(format!("{name}.tar.xz"));
    let target: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.tar"));
    if !target.exists() {
        let part = target.with_extension(format!("part{}", std::process::id()));
        let out = std::fs::File::create(&part).ok()?;
        let done = Command::new("xz").arg("-dkc").arg(&packed).stdout(out).stderr(Stdio::null()).status();
        if !done.is_ok_and(|s| s.success()) {
            let _ = std::fs::remove_file(&part);
            return None;
        }
        std::fs::rename(&part, &target).ok()?;
    }
    std::fs::read(&target).ok().map(Into::into)
}
