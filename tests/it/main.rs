//! One test binary: transcripts, figures, models, lessons, tidy.
