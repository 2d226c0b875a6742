"""How well a problem tells samplers apart."""
