"""What every room stands on: errors, words of sentences, objectives."""
