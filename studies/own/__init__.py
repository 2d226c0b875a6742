"""Parts of the study of one's own network and table."""
