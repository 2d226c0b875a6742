"""Labelled tables to learn from; `jets` is the JSC sample and its sources."""
