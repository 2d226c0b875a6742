"""What a choice of weights does, measured on the true front."""
