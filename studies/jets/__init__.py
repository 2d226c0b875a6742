"""Parts of the studies of the jet sample."""
