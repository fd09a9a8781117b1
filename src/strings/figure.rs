//! The figures' sentences: captions, labels, what screen readers hear.

use crate::texts;

texts! {
    /// A container's caption: name, image.
    CAPTION = "Contenedor {} (basado en {})", "Container {} (based on {})";
    /// The same where there is little room.
    CAPTION_SHORT = "Contenedor {} (de {})", "Container {} (of {})";
    /// Under it on phones.
    CAPTION_BELOW = "Debajo, las capas de la imagen (solo lectura)", "Below, the image's layers (read-only)";
    /// An image's caption: name.
    CAPTION_IMAGE = "Imagen {}", "Image {}";
    /// Beside the thin layer.
    THIN = "Capa del contenedor", "Container layer";
    /// Under it.
    THIN_RW = "(lectura y escritura)", "(read and write)";
    /// Beside the slabs.
    LAYERS = "Capas de la imagen", "Image layers";
    /// Under it.
    LAYERS_RO = "(solo lectura)", "(read-only)";
    /// Beside a lane in which a copy rises.
    COPY_UP = "copia al cambiar", "copy on change";
    /// Beside a whiteout's bar.
    COVERS = "tapa", "covers";
    /// On the plinth of an image whose removal was refused: the container.
    IN_USE = "no se borra: la usa {}", "not removed: {} uses it";
    /// In the empty place over an image that no container uses.
    UNUSED = "aquí irá la capa fina de cada contenedor", "each container's thin layer will go here";
    /// In place of an image that was removed by force.
    GONE = "imagen borrada", "image removed";
    /// For the layers that are not drawn: how many, size.
    MORE_LAYERS = "… {} capas más · {} …", "… {} more layers · {} …";
    /// For the images that are not drawn.
    MORE_IMAGES = "+{} imágenes", "+{} images";
    /// For one image that is not drawn.
    MORE_IMAGE = "+1 imagen", "+1 image";
    /// For the containers that are not drawn.
    MORE_CONTAINERS = "+{} contenedores", "+{} containers";
    /// On a slab that several images share: how many.
    SHARED = "1 copia · {} imágenes", "1 copy · {} images";
    /// The same where there is little room.
    SHARED_SHORT = "{} imágenes", "{} images";
    /// Under a family of images: the sum that `docker ps -s` shows.
    VIRTUAL = "virtual {} = {}", "virtual {} = {}";
    /// Under a family: what it takes on disk.
    ON_DISK = "en disco {}", "on disk {}";
    /// Title of the empty figure.
    EMPTY = "Todavía no hay ninguna imagen", "There is no image yet";
    /// What to do about it.
    EMPTY_DO = "Baja una con docker pull y verás caer sus capas.", "Pull one with docker pull and see its layers fall.";

    /// Label of a container's figure: name, size, number of layers, image.
    LABEL_CONTAINER = "Contenedor {}: una capa fina de {} sobre {} de {}", "Container {}: a thin layer of {} on {} of {}";
    /// Label of an image's figure: name, number of layers, size.
    LABEL_IMAGE = "Imagen {}: {} de solo lectura, {}", "Image {}: {}, read-only, {}";
    /// Label of the sharing view: images, containers.
    LABEL_SHARING = "Lo que se comparte: {} y {}", "What is shared: {} and {}";
    /// Plurals.
    ONE_LAYER = "1 capa", "1 layer";
    /// See above.
    LAYERS_N = "{} capas", "{} layers";
    /// See above.
    ONE_IMAGE = "1 imagen", "1 image";
    /// See above.
    IMAGES_N = "{} imágenes", "{} images";
    /// See above.
    ONE_CONTAINER = "1 contenedor", "1 container";
    /// See above.
    CONTAINERS_N = "{} contenedores", "{} containers";
    /// See above.
    ONE_CHANGE = "1 cambio", "1 change";
    /// See above.
    CHANGES_N = "{} cambios", "{} changes";

    /// A slab for screen readers: number from the base, of how many, digest, size, what made it.
    ARIA_LAYER = "Capa {} de {}, {}, {}. {}", "Layer {} of {}, {}, {}. {}";
    /// Added to it: how many images share it.
    ARIA_SHARED = "La comparten {}.", "Shared by {}.";
    /// A thin layer: container, state, size, changes.
    ARIA_THIN = "Capa fina de {}, {}: {}, {}", "Thin layer of {}, {}: {}, {}";
    /// An image: name, id, size.
    ARIA_IMAGE = "Imagen {}, {}, {}", "Image {}, {}, {}";
    /// A chip: path, size.
    ARIA_ADDED = "Añadido {} {}", "Added {} {}";
    /// A chip: path, size.
    ARIA_CHANGED = "Cambiado {} {}, copiado de la capa de abajo", "Changed {} {}, copied from the layer below";
    /// A chip: path.
    ARIA_DELETED = "Borrado {}, tapado en la capa de abajo", "Deleted {}, covered in the layer below";

    /// A state.
    CREATED = "creado", "created";
    /// A state.
    RUNNING = "en marcha", "running";
    /// A state.
    PAUSED = "en pausa", "paused";
    /// A state.
    RESTARTING = "reiniciando", "restarting";
    /// A state: the exit status.
    EXITED = "terminado ({})", "exited ({})";
    /// A state.
    DEAD = "muerto", "dead";

    /// In a figure's text: image, size, layers.
    TEXT_IMAGE = "{}: {}, {}.", "{}: {}, {}.";
    /// Added to it: its containers.
    TEXT_CONTAINERS = "Contenedores: {}.", "Containers: {}.";
    /// In a figure's text: digest, size, images.
    TEXT_SHARED = "Capa {}, {}: una copia para {}.", "Layer {}, {}: one copy for {}.";
    /// In a figure's text: without sharing, with layers.
    TEXT_DISK = "Disco: sin compartir {}, con capas {}.", "Disk: without sharing {}, with layers {}.";
    /// A list that is cut: what is listed, how many more.
    AND_MORE = "{} y {} más", "{} and {} more";

    /// What happened: image, container.
    SAY_REFUSED = "Rechazado: {} no se borra porque la usa {}.", "Refused: {} is not removed because {} uses it.";
    /// What happened: image, layers, size.
    SAY_PULLED = "Nueva imagen {}: {}, {}.", "New image {}: {}, {}.";
    /// What happened: image, layers, size, how many were there.
    SAY_PULLED_SHARED = "Nueva imagen {}: {}, {}; {} ya estaban.", "New image {}: {}, {}; {} were there already.";
    /// What happened: container, image, size.
    SAY_COMMITTED = "La capa fina de {} se guarda en la imagen {}: una capa más de {}.", "The thin layer of {} is saved in the image {}: one more layer of {}.";
    /// What happened: id, tag.
    SAY_TAGGED = "La imagen {} se llama ahora {}.", "The image {} is now called {}.";
    /// What happened: tag.
    SAY_UNTAGGED = "Quitada la etiqueta {}.", "Tag {} removed.";
    /// What happened: image, layers.
    SAY_IMAGE_GONE = "Borrada la imagen {}: se van {}.", "Image {} removed: {} gone.";
    /// What happened: container, size, layers, image.
    SAY_CONTAINER = "Nuevo contenedor {}: una capa fina de {} sobre {} de {}.", "New container {}: a thin layer of {} on {} of {}.";
    /// What happened: how many.
    SAY_CONTAINERS = "{} contenedores nuevos.", "{} new containers.";
    /// What happened: container, size.
    SAY_REMOVED = "Borrado el contenedor {}: se va su capa fina de {}.", "Container {} removed: its thin layer of {} is gone.";
    /// What happened: how many.
    SAY_REMOVED_MANY = "Borrados {} contenedores.", "{} containers removed.";
    /// What happened: container, size before, size now.
    SAY_SIZE = "La capa fina de {} pasa de {} a {}.", "The thin layer of {} goes from {} to {}.";
    /// What happened: container, state.
    SAY_STATE = "{}: {}.", "{}: {}.";
    /// What happened: name before, name now.
    SAY_RENAMED = "{} se llama ahora {}.", "{} is now called {}.";
    /// What else happened: how many things.
    SAY_MORE = "Y {} cambios más.", "And {} more changes.";

    /// Title of the disk widget.
    DISK = "Disco", "Disk";
    /// Its first bar, and the chart's line.
    WITHOUT = "Sin compartir", "Without sharing";
    /// Its second bar, and the chart's area.
    WITH = "Con capas", "With layers";
    /// Beside its title, where both are equal: the containers.
    DISK_SAME = "con {}, igual", "with {}, the same";
    /// The chart's label: commands, bytes without, bytes with.
    CHART_LABEL = "Uso de disco tras {} comandos: sin compartir {}, con capas {}", "Disk use after {} commands: without sharing {}, with layers {}";
    /// Head of the chart's table.
    COMMAND = "Comando", "Command";
}
