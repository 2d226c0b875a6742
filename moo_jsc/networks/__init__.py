"""Float networks: the JSC family, widening, training, shipped weights."""
