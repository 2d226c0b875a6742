"""Which objectives are the same objective: association, dominance structure, components."""
