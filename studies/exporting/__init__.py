"""What the export of results and designs is made of."""
