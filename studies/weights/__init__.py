"""Parts of the study of scalarization weights."""
