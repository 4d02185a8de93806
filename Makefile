# Everything is made under .venv; what is there already is not made again, nor asked for.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test check wheel bench reference screenshots clean

help:
	@echo "make demo    run a simulated home through a year and show what came of it"
	@echo "make test    check style, types and structure, and run the tests"
	@echo "make bench   measure what the commands cost"
	@echo "make wheel   build the package and try it in an environment of its own"

demo: .venv/installed
	$(BIN)/powerstats demo

test: check
	$(BIN)/pytest --numprocesses auto --dist loadfile

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npm >/dev/null; then npm run --silent check && npm run --silent test; \
	else echo "npm is not here: the page's scripts were not checked"; fi

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python -m benchmarks.page

reference: .venv/installed-dev
	$(BIN)/python -m tests.support.reference

screenshots: .venv/installed-dev
	$(BIN)/python -m tests.browser.screenshots

wheel: .venv/installed-dev
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	$(PYTHON) -m venv --clear .venv-wheel
	.venv-wheel/bin/pip install --quiet dist/*.whl
	.venv-wheel/bin/powerstats --version
	.venv-wheel/bin/powerstats demo --days 3

clean:
	rm -rf .venv .venv-wheel dist

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "powerstats needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	@touch $@

.venv/installed: .venv/python pyproject.toml hatch_build.py package-lock.json
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --group dev
	@if command -v npm >/dev/null; then npm ci --silent; fi
	@touch $@
