"""Search spaces and the problems over them, for pymoo, Optuna and enumeration."""
