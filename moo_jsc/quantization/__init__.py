"""Fixed-point formats and the quantised network, one configuration at a time."""
