"""Parts of the comparison of the grey box with its peers."""
