# gapwatch: `make report` makes the report, `make test` proves the code. Both install what they need:
# `make report` the packages of requirements.lock, everything else those of requirements-dev.lock.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPING := $(VENV)/.developing
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --python-version 3.11 --extra build --extra fleet --extra kit --extra prefect
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help report test test-unit test-long coverage lint format preview docs reference \
	hooks bench figures lock wheel audit platforms sbom clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "gapwatch needs Python 3.11 or newer: install it, or make ... PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing the locked packages into $(VENV) (about 1 GB, once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $(INSTALLED)

$(DEVELOPING): $(INSTALLED) requirements-dev.lock
	@echo "Installing the locked packages for development into $(VENV) (about 0.4 GB more, once) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $(DEVELOPING)

report: $(INSTALLED) ## Make the report from the newest snapshot, and say where it is
	@$(BIN)/gapwatch run

preview: $(INSTALLED) ## The newest release's page with today's words and charts: dist/preview/report.html
	@$(BIN)/gapwatch -q preview

test: lint ## Lint, type check, layer contracts, then every test (6 to 13 minutes)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"

test-unit: $(DEVELOPING) ## The tests of single parts, in about a sixth of the time
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long" tests/unit

test-long: $(DEVELOPING) ## The long calibration and fuzz suites
	$(BIN)/python -m pytest -n 2 -m long

coverage: $(DEVELOPING) ## Branch coverage of every test in one process, against the floor in pyproject.toml
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long" --cov --cov-report=term:skip-covered tests/unit tests/whole

lint: $(DEVELOPING) ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEVELOPING) ## Put the code in house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

hooks: $(DEVELOPING) ## Check style, types and layers before each commit, from this environment
	@$(BIN)/pre-commit install

reference: $(DEVELOPING) ## The reference pages again, from the code: command line, study, tables
	$(BIN)/python .ci/reference.py

# Not with --quiet: mkdocs then counts no warning, and --strict lets every broken link pass.
docs: reference ## The documentation as a site, every link checked: dist/site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo dist/site/index.html

bench: $(DEVELOPING) ## Speed and memory, as ratios to a baseline in the same run
	$(BIN)/python -m pytest bench -o python_files='bench_*.py'

figures: $(DEVELOPING) ## Record the published figures; tell under Figures in CHANGELOG.md what moved
	$(BIN)/python -m tests.record_figures

lock: $(DEVELOPING) ## Resolve pyproject.toml again: what runs, then what develops with the very same versions
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

wheel: $(INSTALLED) ## A wheel that needs no checkout, with study, suites and flows: dist/
	@$(BIN)/python -m hatchling build --target wheel

audit: $(INSTALLED) ## Hold both locks against advisories (ADVISORIES=.ci/advisories or all.zip: no network)
	$(BIN)/python .ci/audit.py $(ADVISORIES)

platforms: $(DEVELOPING) ## Ask the package index for wheels of the lock, for each system and Python
	$(BIN)/python .ci/platforms.py

sbom: $(INSTALLED) ## List what a report needs, in CycloneDX: dist/gapwatch.cdx.json
	@mkdir -p dist
	@$(BIN)/python .ci/sbom.py > dist/gapwatch.cdx.json
	@echo dist/gapwatch.cdx.json

clean: ## Remove the environment and everything that can be made again
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks .coverage dist
