//! The shell: bash as a student meets it, with Debian's `sh` (dash) and BusyBox's as flavours of the same
//! interpreter. A shell is a future over [`crate::kernel`]'s processes. It knows no Docker.

pub mod programs;
/// stub
pub struct Shell;
impl Shell {
    /// .
    pub fn new(_: crate::kernel::Proc) -> Shell {
        Shell
    }
    /// .
    pub async fn run_line(&mut self, _: &str) -> std::ops::ControlFlow<()> {
        std::ops::ControlFlow::Continue(())
    }
    /// .
    pub fn status(&self) -> i32 {
        0
    }
}
/// .
pub fn is_complete(_: &str) -> bool {
    true
}
/// .
pub fn shells() -> crate::kernel::Programs {
    crate::kernel::Programs::new()
}
