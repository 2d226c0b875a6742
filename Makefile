# Two commands for a new user: `make study` (the main job) and `make test`.
# Both build the virtual environment in $(VENV) first.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
BUDGET ?= 20

.PHONY: study test bench docs lint clean fuzz

study: $(VENV)/.ready
	$(BIN)/python studies/compare_samplers.py --budget $(BUDGET)

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n 2

fuzz: $(VENV)/.ready
	FUZZ_CASES=320 WIDE_STACKS=20 $(BIN)/python -m pytest tests/fuzz -n 2

bench: $(VENV)/.ready
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only -p no:xdist -s

docs: $(VENV)/.ready
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build
	@echo docs/_build/index.html

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# torch comes first and alone, at its tested version, so that no other
# package can draw in a different build of it.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group test --group export --group lint --group docs
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build docs/_build docs/api *.egg-info
