"""Command-line studies: read a config, call the two packages, print, plot, write."""
