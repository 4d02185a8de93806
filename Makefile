# Everything is made under .venv. A target that is there already is not made again.
PYTHON ?= python3
BIN := .venv/bin

# A command whose last line is printed if it succeeds, and all of whose lines if it fails.
briefly = if said=$$($(1) 2>&1); then printf '%s\n' "$$said" | tail -n 1; \
	else printf '%s\n' "$$said"; exit 1; fi

.PHONY: help demo quick test real check wheel wheels dist bench campaign reference man screenshots clean

help:
	@echo "make demo     run a simulated home through a year and show the result"
	@echo "make quick    check style, types and structure, and test the core: while you work"
	@echo "make test     check the same and run all tests: before a push"
	@echo "make real     run the tests with a real Home Assistant only"
	@echo "make bench    measure what the commands cost"
	@echo "make campaign attack the whole program with thousands of random faults"
	@echo "make wheel    build the package and try it in an environment of its own"
	@echo "make wheels   the same with each Python that is found here"

demo: .venv/installed
	$(BIN)/powerstats demo --again

quick: check
	@$(call briefly,$(BIN)/pytest --numprocesses auto -m "not thorough" tests/core)

test: check
	$(BIN)/pytest --numprocesses auto

real: .venv/installed-dev
	$(BIN)/pytest --numprocesses auto -m homeassistant tests/real

check: .venv/installed-dev
	@$(call briefly,$(BIN)/ruff check .)
	@$(call briefly,$(BIN)/ruff format --check .)
	@$(call briefly,$(BIN)/mypy)
	@$(call briefly,$(BIN)/lint-imports)
	@if command -v npm >/dev/null; then \
	$(call briefly,npm run --silent check && npm run --silent test && echo "The page's scripts: fine"); \
	else echo "npm is not here: the page's scripts were not checked"; fi

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python -m benchmarks.page

campaign: .venv/installed-dev
	$(BIN)/python -m benchmarks.campaign

reference: man
	$(BIN)/python -m tests.support.reference

man: .venv/installed-dev
	$(BIN)/python -m tests.support.manpages

screenshots: .venv/installed-dev
	$(BIN)/python -m tests.browser.screenshots

dist: .venv/installed-dev
	rm -rf dist
	$(BIN)/python -m build --outdir dist .

wheel: dist
	$(BIN)/python -m tests.support.wheels dist/*.whl $(PYTHON)

wheels: dist
	$(BIN)/python -m tests.support.wheels dist/*.whl

clean:
	rm -rf .venv dist

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
