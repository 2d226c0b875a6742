"""Which sampler for which budget: runs on finished tables, verdicts, page."""
