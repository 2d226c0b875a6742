"""Parts of the comparison of samplers."""
