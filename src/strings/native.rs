//! What the program says in the terminal around a lesson. Messages about its own command line are English only, as
//! those of any command-line program.

crate::texts! {
    /// The heading of the list of lessons.
    LESSONS = "Lecciones", "Lessons";
    /// A lesson's length: steps.
    STEPS = "{} pasos", "{} steps";
    /// While a lesson waits to type the next command.
    PRESS_ENTER = "[Intro: ejecutar · q: salir]", "[Enter: run · q: leave]";
}
