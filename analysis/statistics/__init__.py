"""Paired replicates to verdicts: intervals, tests, power, several problems, accuracies."""
