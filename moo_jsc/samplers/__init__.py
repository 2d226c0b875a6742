"""One contract, one registry; adapters to Optuna and pymoo; enumeration orders."""
