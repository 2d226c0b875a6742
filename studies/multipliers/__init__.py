"""Parts of the study of channel multipliers."""
