"""Names shared by every source of jets: the sixteen features and the five classes."""

#: Feature names in the column order of OpenML 42468.
FEATURES: tuple[str, ...] = (
    "zlogz",
    "c1_b0_mmdt",
    "c1_b1_mmdt",
    "c1_b2_mmdt",
    "c2_b1_mmdt",
    "c2_b2_mmdt",
    "d2_b1_mmdt",
    "d2_b2_mmdt",
    "d2_a1_b1_mmdt",
    "d2_a1_b2_mmdt",
    "m2_b1_mmdt",
    "m2_b2_mmdt",
    "n2_b1_mmdt",
    "n2_b2_mmdt",
    "mass_mmdt",
    "multiplicity",
)

#: Gluon, light quark, top, W, Z. The label code of a class is its place here.
CLASSES: tuple[str, ...] = ("g", "q", "t", "w", "z")

#: Name of the column that holds the class.
CLASS_COLUMN = "class"
