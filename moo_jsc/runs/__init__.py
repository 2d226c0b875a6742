"""The trial ledger; samplers x seeds, run, recorded and resumed."""
