"""A whole space in a table: shards, cache, streaming front, workers."""
