//! The page's sentences: buttons, labels, messages, what screen readers hear.

use crate::texts;

texts! {
    // The bar.
    /// Name of the link home.
    HOME = "Capas, inicio", "Capas, home";
    /// What the page is.
    TAGLINE = "Cómo se organizan las imágenes de Docker", "How Docker images are organised";
    /// Title of the page without a lesson.
    FREE = "Solo la terminal", "Just the terminal";
    /// Which lesson: number, of how many.
    LESSON_OF = "Lección {} de {}", "Lesson {} of {}";
    /// Progress: cards done, of how many.
    STEPS_DONE = "{} de {} pasos", "{} of {} steps";
    /// Name of the switch.
    LANGUAGE = "Idioma", "Language";
    /// A button.
    TO_DARK = "Cambiar a tema oscuro", "Switch to the dark theme";
    /// A button.
    TO_LIGHT = "Cambiar a tema claro", "Switch to the light theme";
    /// A button.
    SHARE = "Compartir y guardar", "Share and save";
    /// A button.
    RESET = "Empezar de nuevo", "Start again";
    /// A button.
    SETTINGS = "Ajustes", "Settings";
    /// A link before everything.
    SKIP = "Ir a la terminal", "Go to the terminal";

    // Settings.
    /// A setting.
    THEME = "Tema", "Theme";
    /// A theme.
    THEME_AUTO = "Sistema", "System";
    /// A theme.
    THEME_LIGHT = "Claro", "Light";
    /// A theme.
    THEME_DARK = "Oscuro", "Dark";
    /// A setting.
    SPEED = "Velocidad al escribir", "Typing speed";
    /// A speed.
    SLOW = "Lenta", "Slow";
    /// A speed.
    NORMAL = "Normal", "Normal";
    /// A speed.
    FAST = "Rápida", "Fast";
    /// A speed.
    INSTANT = "Al instante", "Instant";
    /// When the system asks for little movement.
    STILL = "Tu sistema pide pocos movimientos: las órdenes se escriben al instante.", "Your system asks for less motion: commands are typed at once.";
    /// What keys do.
    KEYS_RUN = "ejecuta el paso siguiente", "runs the next step";
    /// What keys do.
    KEYS_PANES = "lección, terminal, figura", "lesson, terminal, figure";
    /// What keys do.
    KEYS_LEAVE = "sale de la terminal", "leaves the terminal";

    // Sharing.
    /// A button.
    COPY_LINK = "Copiar enlace a este paso", "Copy a link to this step";
    /// A button without a lesson.
    COPY_LINK_FREE = "Copiar enlace", "Copy the link";
    /// A button.
    SAVE = "Guardar la sesión (.capas)", "Save the session (.capas)";
    /// A button.
    OPEN = "Abrir una sesión (.capas)…", "Open a session (.capas)…";
    /// What the file is.
    SAVE_WHAT = "El fichero es texto: una línea por orden. También lo entiende capas shell.", "The file is text, a line a command. capas shell understands it too.";
    /// After copying.
    COPIED = "Copiado", "Copied";

    // Starting again.
    /// The question.
    RESET_ASK = "¿Empezar de nuevo?", "Start again?";
    /// What is lost: how many commands.
    RESET_WHAT = "Se olvidan las {} órdenes de esta sesión y el progreso de la lección.", "The {} commands of this session and the lesson's progress are forgotten.";
    /// A button.
    RESET_YES = "Sí, empezar de nuevo", "Yes, start again";
    /// A button.
    CANCEL = "Cancelar", "Cancel";

    // The lesson.
    /// Name of the pane.
    LESSON = "Lección", "Lesson";
    /// Length of a lesson.
    STEPS = "{} pasos", "{} steps";
    /// Length of a lesson.
    MINUTES = "{} min", "{} min";
    /// A button.
    RUN = "Ejecutar", "Run";
    /// A button.
    RUN_ALL = "Ejecutar todo", "Run all";
    /// A button: so many steps come before.
    RUN_AGAIN = "Ejecutar otra vez", "Run again";
    /// A button: the command.
    RUN_AGAIN_CMD = "Ejecutar otra vez {}", "Run {} again";
    /// A button.
    TYPE_MYSELF = "Lo escribo yo", "I'll type it";
    /// A button.
    STOP = "Parar", "Stop";
    /// A card's state.
    DONE = "Hecho", "Done";
    /// A card's state.
    REFUSED = "Rechazado", "Refused";
    /// A card's state: its number.
    NEXT_STEP = "Siguiente: paso {}", "Next: step {}";
    /// A card's state: its number.
    PENDING = "Pendiente: paso {}", "Pending: step {}";
    /// A card's state.
    RUNNING = "En marcha", "Running";
    /// Under a command whose refusal the lesson wants.
    REFUSED_WANTED = "Rechazado: es lo que esperábamos", "Refused: just as expected";
    /// Under another one.
    REFUSED_ODD = "Docker lo ha rechazado: mira por qué en la terminal", "Docker refused it: the terminal says why";
    /// Before the number of the step where one is.
    STEP = "Paso", "Step";
    /// Between that number and how many there are.
    OF = "de", "of";
    /// A button.
    PREVIOUS = "Anterior", "Previous";
    /// A button.
    NEXT = "Siguiente", "Next";
    /// A button.
    PREVIOUS_STEP = "Paso anterior", "Previous step";
    /// A button.
    NEXT_STEP_BUTTON = "Paso siguiente", "Next step";
    /// A button.
    SHOW_LESSON = "Ver lección", "Show lesson";
    /// A button.
    CLOSE = "Cerrar", "Close";
    /// Name of the strip.
    CURRENT_STEP = "Paso actual", "Current step";
    /// An exercise without a heading.
    EXERCISE = "Ejercicio", "Exercise";
    /// Goals reached, of how many.
    N_OF_M = "{} de {}", "{} of {}";
    /// A goal's state.
    GOAL_DONE = "Conseguido", "Reached";
    /// A goal's state.
    GOAL_OPEN = "Por conseguir", "To reach";
    /// A button: the first hint.
    HINT = "Pista", "Hint";
    /// A button: more hints.
    HINT_MORE = "Otra pista", "Another hint";
    /// A heading: hints that are open.
    HINTS = "Pistas", "Hints";
    /// Everything is done.
    LESSON_DONE = "Lección hecha", "Lesson done";
    /// What was done: steps, goals.
    LESSON_DONE_WHAT = "{} pasos y {} retos.", "{} steps and {} goals.";
    /// A button.
    NEXT_LESSON = "Siguiente lección", "Next lesson";
    /// A button.
    ALL_LESSONS = "Todas las lecciones", "All lessons";
    /// Words underlined as what is written.
    WORD_RW = "capa fina", "thin layer";
    /// Words underlined as what is read-only.
    WORD_RO = "solo lectura", "read-only";

    // The figure.
    /// Name of the pane.
    FIGURE = "Figura", "Figure";
    /// Name of the switch.
    FIGURE_VIEW = "Vista de la figura", "View of the figure";
    /// A view.
    VIEW_CONTAINER = "Contenedor", "Container";
    /// A view.
    VIEW_SHARING = "Compartir", "Sharing";
    /// Name of the list of containers.
    PICK = "Qué contenedor se ve", "Which container is shown";
    /// A button.
    ZOOM_OUT = "Alejar", "Zoom out";
    /// A button.
    ZOOM_IN = "Acercar", "Zoom in";
    /// A button: now.
    FIT = "Encajar (ahora al {} %)", "Fit (now at {}%)";
    /// A button.
    FULL = "Figura a toda la ventana", "Figure in the whole window";
    /// Over the figure of an earlier moment: entry, of how many.
    PAST = "Así estaba tras la orden {} de {}", "As it was after command {} of {}";
    /// The same at the beginning.
    PAST_START = "Así estaba al empezar", "As it was at the start";
    /// A button.
    GO_ON_HERE = "Seguir desde aquí", "Go on from here";
    /// A button.
    TO_NOW = "Volver a ahora", "Back to now";
    /// How to get at the details.
    DRAWER_EMPTY = "Elige una capa o un contenedor de la figura para ver qué lleva dentro.", "Choose a layer or a container in the figure to see what is inside.";
    /// Name of the drawer.
    DETAILS = "Detalles", "Details";
    /// Under a digest: place from the base, of how many.
    LAYER_OF = "Capa {} de {} · solo lectura", "Layer {} of {} · read-only";
    /// Under a container's name.
    THIN_LAYER = "Capa del contenedor · lectura y escritura", "Container layer · read and write";
    /// Under an image's name: how many layers.
    IMAGE_LAYERS = "Imagen de {} capas", "Image of {} layers";
    /// A detail.
    CREATED_BY = "Creada por", "Created by";
    /// A detail.
    SIZE = "Tamaño", "Size";
    /// A detail.
    VIRTUAL = "Virtual", "Virtual";
    /// A detail.
    USED_BY = "La usan", "Used by";
    /// A detail.
    IMAGE = "Imagen", "Image";
    /// A detail.
    COMMAND = "Orden", "Command";
    /// A detail.
    STATE = "Estado", "State";
    /// A detail.
    LAYERS = "Capas", "Layers";
    /// Plurals.
    ONE_IMAGE = "1 imagen", "1 image";
    /// See above.
    N_IMAGES = "{} imágenes", "{} images";
    /// See above.
    ONE_CONTAINER = "1 contenedor", "1 container";
    /// See above.
    N_CONTAINERS = "{} contenedores", "{} containers";
    /// See above.
    ONE_CHANGE = "1 cambio", "1 change";
    /// See above.
    N_CHANGES = "{} cambios", "{} changes";
    /// A heading.
    LAYER_FILES = "Ficheros de esta capa", "Files of this layer";
    /// A heading.
    CONTAINER_FILES = "Cambios respecto a la imagen", "Changes against the image";
    /// No files.
    NO_FILES = "Todavía vacía: todo se lee de la imagen.", "Still empty: everything is read from the image.";
    /// A mark.
    ADDED = "Añadido", "Added";
    /// A mark.
    CHANGED = "Cambiado", "Changed";
    /// A mark.
    DELETED = "Borrado", "Deleted";
    /// For a file that is no text.
    NO_TEXT = "No es texto.", "Not text.";
    /// A button: what.
    COPY = "Copiar {}", "Copy {}";
    /// A change that was undone by hand: how many commands.
    UNDONE_N = "Has deshecho {} órdenes.", "You undid {} commands.";
    /// The same for one.
    UNDONE_ONE = "Has deshecho 1 orden.", "You undid 1 command.";
    /// A button.
    REDO = "Rehacer", "Redo";
    /// After a crash: the command.
    RESTORED = "Sesión restaurada sin la última orden, que falló: {}", "Session restored without the last command, which failed: {}";
    /// A button.
    RETRY = "Repetirla", "Try it again";
    /// A step for outside, from inside.
    INSIDE = "Este paso va en tu equipo y estás dentro de un contenedor.", "This step is for your computer, and you are inside a container.";
    /// A button.
    LEAVE = "Salir (Ctrl D)", "Leave (Ctrl D)";
    /// A step for inside, from outside.
    OUTSIDE = "Este paso va dentro del contenedor y has salido de él.", "This step goes inside the container, and you have left it.";
    /// A button.
    RETURN = "Deshacer la salida", "Undo leaving";
    /// A file or log that cannot be used: why.
    BAD = "No se puede abrir la sesión: {}", "The session cannot be opened: {}";

    // The timeline.
    /// Name of the timeline.
    TIMELINE = "Línea de tiempo", "Timeline";
    /// A button.
    BACK = "Un paso atrás", "One step back";
    /// A button.
    FORWARD = "Un paso adelante", "One step forward";
    /// The first tick.
    START = "El principio", "The start";
    /// A button.
    UNDO_HERE = "Deshacer desde aquí", "Undo from here";
    /// The legend.
    ON_HOST = "en tu equipo", "on your computer";
    /// The legend.
    IN_CONTAINER = "en el contenedor", "in the container";
    /// The legend.
    WAS_REFUSED = "rechazado", "refused";

    // Disk use.
    /// A heading.
    DISK = "Disco", "Disk";
    /// A bar.
    WITHOUT = "Sin compartir", "Unshared";
    /// A bar.
    WITH = "Con capas", "With layers";
    /// A button.
    DISK_CHART = "Ver el gráfico", "Show the chart";
    /// Title of the chart.
    DISK_TITLE = "Disco, orden a orden", "Disk, command by command";
    /// Under the title.
    DISK_WHAT = "Lo que ocuparía sin compartir capas y lo que ocupa.", "What it would take without sharing layers, and what it takes.";
    /// A column.
    AFTER = "Tras", "After";

    // The terminal.
    /// Name of the pane.
    TERMINAL = "Terminal", "Terminal";
    /// Where the keys go, before the place.
    YOU_ARE = "estás en", "you are on";
    /// A place.
    YOUR_COMPUTER = "tu equipo", "your computer";
    /// Where the keys go, before a container's name.
    YOU_ARE_IN = "estás dentro de", "you are inside";
    /// A button.
    COPY_ALL = "Copiar todo", "Copy everything";
    /// A button.
    CLEAR = "Limpiar la pantalla", "Clear the screen";
    /// Name of the output.
    OUTPUT = "Salida", "Output";
    /// Name of the text field.
    TYPE_HERE = "Escribe una orden", "Type a command";
    /// Its description.
    TYPE_HELP = "Tab completa; Esc y luego Tab sale de la terminal.", "Tab completes; Esc, then Tab, leaves the terminal.";
    /// What is to be typed: before the command.
    PLEASE_TYPE = "Escribe", "Type";
    /// A button.
    TO_END = "Al final", "To the end";
    /// Long output, for screen readers.
    SAID_LINES = "{} líneas", "{} lines";
    /// Beside the last column where a table is cut.
    LAST_COLUMN = "Última columna", "Last column";
    /// Name of the row of keys.
    KEY_ROW = "Teclas", "Keys";
    /// A key.
    UP = "Arriba", "Up";
    /// A key.
    DOWN = "Abajo", "Down";
    /// A key.
    LEFT = "Izquierda", "Left";
    /// A key.
    RIGHT = "Derecha", "Right";
    /// The thumbnail: bytes.
    IN_THIN = "{} en la capa fina", "{} in the thin layer";
    /// The thumbnail: bytes.
    READ_ONLY = "{} de solo lectura", "{} read-only";
    /// The thumbnail without an image.
    NO_IMAGE = "Sin imágenes", "No images";
    /// A button.
    SHOW_FIGURE = "Ver la figura", "Show the figure";
    /// Name of the tabs.
    PANES = "Paneles", "Panes";
    /// On the tab of the figure.
    NEW_CHANGES = "{} cambios nuevos", "{} new changes";
    /// Name of a divider.
    LESSON_WIDTH = "Ancho de la lección", "Width of the lesson";
    /// Name of a divider.
    TERMINAL_HEIGHT = "Alto de la terminal", "Height of the terminal";

    // The home page.
    /// The title.
    HERO = "Mira dentro de una imagen de Docker", "Look inside a Docker image";
    /// Under it, before the strong words.
    HERO_1 = "Escribe un comando y verás ", "Type a command and see ";
    /// The strong words.
    HERO_2 = "qué capa se mueve", "which layer moves";
    /// After them.
    HERO_3 = ". Todo pasa en tu navegador: no instalas nada y nada se rompe.", ". Everything happens in your browser: nothing to install, nothing to break.";
    /// A button.
    START_LESSON = "Empezar la lección 1", "Start lesson 1";
    /// A fact.
    NO_ACCOUNT = "Sin cuenta", "No account";
    /// A fact.
    OFFLINE = "Sin conexión", "Works offline";
    /// A fact.
    ON_PHONE = "En el móvil", "On your phone";
    /// The drawing's label.
    ART = "Un comando en la terminal añade nota.txt a la capa fina; las capas de la imagen, debajo, no cambian", "A command in the terminal adds nota.txt to the thin layer; the image's layers below do not change";
    /// A note on the drawing.
    ART_1 = "Escribes un comando", "You type a command";
    /// Under it.
    ART_1A = "como en una terminal", "as in a real";
    /// Under it.
    ART_1B = "de verdad", "terminal";
    /// A note on the drawing.
    ART_2 = "Cambia solo la capa fina", "Only the thin layer changes";
    /// Under it.
    ART_2A = "es tuya y pesa", "it is yours and weighs";
    /// Under it.
    ART_2B = "lo que escribas: 5B", "what you write: 5B";
    /// A note on the drawing.
    ART_3 = "Lo de abajo no cambia", "What is below does not";
    /// Under it.
    ART_3A = "se guarda una vez y", "it is stored once and";
    /// Under it.
    ART_3B = "lo comparten todos", "shared by all";
    /// On phones.
    ART_3M = "Lo de abajo no cambia y se guarda una vez", "What is below does not change";
    /// For who comes back.
    RESUME = "Sigue donde lo dejaste", "Go on where you left off";
    /// Where that was: step, of how many.
    RESUME_AT = "Paso {} de {}.", "Step {} of {}.";
    /// Before the last command.
    RESUME_LAST = "Tu último comando:", "Your last command:";
    /// A button.
    CONTINUE = "Continuar", "Continue";
    /// A heading.
    LESSONS = "Lecciones", "Lessons";
    /// Beside it: lessons, steps.
    LESSONS_STEPS = "{} lecciones, {} pasos", "{} lessons, {} steps";
    /// The same for one lesson.
    LESSON_STEPS = "1 lección, {} pasos", "1 lesson, {} steps";
    /// Beside it for who comes back.
    STEPS_OF_ALL = "{} de {} pasos hechos", "{} of {} steps done";
    /// A lesson's state.
    START_HERE = "Empieza aquí", "Start here";
    /// A lesson's state.
    NOT_STARTED = "Sin empezar", "Not started";
    /// A lesson's state.
    IN_PROGRESS = "En curso", "In progress";
    /// A lesson's state.
    FINISHED = "Hecha", "Done";
    /// What the page without a lesson is for.
    FREE_WHAT = "Un equipo con Docker y nada más: prueba lo que quieras.", "A computer with Docker and nothing else: try what you like.";
    /// At the foot.
    SIMULATION = "Es una simulación: no se conecta a ningún Docker.", "This is a simulation: it connects to no Docker.";
}
