"""How good a set or a run is: distances, curves over trials, attainment, targets."""
