"""Gradient boosting of the jets: accuracy against nodes and prediction time."""

import time

from moo_jsc import Choice, FunctionProblem, Objective, SearchSpace, load_jets, register_problem

JETS = 4000
"""Of the training split; 2,000 of the validation split score a design."""


def boosted(design):
    """Train one design and measure it."""
    from sklearn.ensemble import GradientBoostingClassifier

    jets = load_jets()
    model = GradientBoostingClassifier(
        n_estimators=design["rounds"],
        max_leaf_nodes=design["leaves"],
        learning_rate=design["rate"],
        random_state=0,
    ).fit(jets.train.features[:JETS], jets.train.labels[:JETS])
    features, labels = jets.validation.features[:2000], jets.validation.labels[:2000]
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        found = model.predict(features)
        seconds.append(time.perf_counter() - begun)
    return {
        "accuracy": (found == labels).mean(),
        "nodes": sum(tree.tree_.node_count for tree in model.estimators_.ravel()),
        "prediction-time": 1000 * min(seconds),
    }


register_problem(
    FunctionProblem(
        SearchSpace(
            "boosted-trees",
            (
                Choice("rounds", (2, 4, 8, 16)),
                Choice("leaves", (2, 4, 8)),
                Choice("rate", (0.1, 0.3, 1.0)),
            ),
        ),
        (
            Objective(name="accuracy", unit="1", sense="max"),
            Objective(name="nodes", unit="nodes", sense="min"),
            Objective(name="prediction-time", unit="ms", sense="min"),
        ),
        boosted,
        packages=("numpy", "scikit-learn"),
    )
)
