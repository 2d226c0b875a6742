"""Search the co-design problem with TPE and count what was found of the true front."""

import optuna

import optunahub

problem = optunahub.load_module("benchmarks/moo_jsc").Problem("codesign")
study = optuna.create_study(
    directions=problem.directions, sampler=optuna.samplers.TPESampler(seed=0)
)
study.set_metric_names(problem.metric_names)
study.optimize(problem, n_trials=20)
front = {tuple(values) for values in problem.benchmark.table.front_values.tolist()}
found = {tuple(trial.values) for trial in study.best_trials}
print(f"{len(found & front)} of the true front's {len(front)} points after 20 trials")
