"""Trial tables, checked and cut into runs, and the loaders of other tools' logs."""
