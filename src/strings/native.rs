//! What the program says in the terminal around a lesson. Messages about its own command line are English only, as
//! those of any command-line program.

crate::texts! {
    /// The heading of the list of lessons.
    LESSONS = "Lecciones", "Lessons";
    /// A lesson's length: steps.
    STEPS = "{} pasos", "{} steps";
    /// While a lesson waits to type the next command.
    PRESS_ENTER = "[Intro: ejecutar · q: salir]", "[Enter: run · q: leave]";
    /// `capas inspect`: an image that has no name.
    NO_NAME = "(sin nombre)", "(no name)";
    /// How much of an image is no waste; a percentage.
    EFFICIENCY = "eficiencia {}", "efficiency {}";
    /// Files of a layer.
    FILES_N = "{} ficheros", "{} files";
    /// One file.
    ONE_FILE = "1 fichero", "1 file";
    /// In place of a number, a step that made no layer.
    NO_LAYER = "sin capa", "no layer";
    /// Before a step that nothing is known about.
    UNKNOWN_STEP = "(no se sabe qué la hizo)", "(not known what made it)";
    /// Bytes of a layer that later ones hide.
    LATER_HIDDEN = "{} ocultos por capas posteriores", "{} hidden by later layers";
    /// In a list of files: over the file of a lower layer.
    OVER = "sobre la capa {}", "over layer {}";
    /// A whiteout or a directory that hides a number of files of lower layers.
    HIDES_N = "oculta {} ficheros", "hides {} files";
    /// The same for one.
    HIDES_ONE = "oculta 1 fichero", "hides 1 file";
    /// A directory through which lower layers are not seen.
    OPAQUE = "opaco", "opaque";
    /// The layer that hides a file.
    HIDDEN_BY = "oculto por la capa {}", "hidden by layer {}";
    /// Sum of what no container sees: bytes, and of how many.
    WASTED = "Desperdicio: {} de {}", "Wasted: {} of {}";
    /// What that means.
    WASTED_MEANS = "versiones de ficheros que ningún contenedor ve", "file versions that no container sees";
    /// Where there is none.
    NOTHING_WASTED = "Nada se desperdicia: un contenedor ve todos los ficheros de todas las capas.",
        "Nothing is wasted: a container sees every file of every layer.";
    /// Heads of the columns of wasted paths.
    HEAD_SIZE = "tamaño", "size";
    /// Number of files.
    HEAD_FILES = "ficheros", "files";
    /// The layers that hold and that hide.
    HEAD_LAYERS = "capas", "layers";
    /// The path.
    HEAD_PATH = "ruta", "path";
    /// More paths than are listed: how many, and their bytes.
    AND_MORE = "y {} más ({})", "and {} more ({})";
    /// What the letters and the numbers of layers mean.
    LEGEND = "A añadido, C cambiado, D borrado; 1 → D2: estaba en la capa 1, la 2 lo borra",
        "A added, C changed, D deleted; 1 → D2: was in layer 1, layer 2 deletes it";
}
