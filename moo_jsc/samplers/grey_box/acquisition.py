"""Expected gain of hypervolume, exact, for one or more uncertain objectives and known costs.

Everything is minimised here. With one uncertain objective q and known costs c, a design dominates
the part of cost space [c, r] at every level t >= q, so its gain is the integral over t of the
volume of [c, r] that no tried design of level <= t dominates. That volume is a step function of t:
cost space falls into cells, each free above... below the level at which a tried design covers it.
"""
