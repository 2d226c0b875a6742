"""Sample efficiency: the summary of a comparison, its robustness, its sentences and page."""
