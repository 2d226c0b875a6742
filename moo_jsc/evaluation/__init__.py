"""Many quantised networks at once: the batched evaluator that shares prefixes."""
