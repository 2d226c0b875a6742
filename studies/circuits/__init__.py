"""Designs to build and check circuits of."""
