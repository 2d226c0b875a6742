"""Parts of the study that enumerates a space."""
