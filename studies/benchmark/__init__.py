"""Properties of a finished table: size, front, scatter of trainings, agreement of scores."""
