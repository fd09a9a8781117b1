//! The terminal: the line discipline between keys and programs ([`tty`]), and the screen that keeps what was written
//! ([`screen`]). Both are plain state; they know no process, no shell and no page.

pub mod screen;
mod termios;
pub mod tty;
