"""Designs of a front trained to the end: what of them was luck, and what they cost then."""
