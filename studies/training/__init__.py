"""Parts of the study that trains the shipped networks."""
