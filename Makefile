# gapwatch: `make report` makes the report, `make test` proves the code. Both install what they need.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help report test test-long lint format bench figures lock audit sbom clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "gapwatch needs Python 3.11 or newer: install it, or make ... PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing the locked packages into $(VENV) (about 1.5 GB, once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(INSTALLED)

report: $(INSTALLED) ## Make the report from the newest snapshot, and say where it is
	@$(BIN)/gapwatch run

test: lint ## Lint, type check, layer contracts, then every test (under 8 minutes)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"

test-long: $(INSTALLED) ## The long calibration and fuzz suites
	$(BIN)/python -m pytest -n 2 -m long

lint: $(INSTALLED) ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(INSTALLED) ## Put the code in house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## Speed and memory, as ratios to a baseline in the same run
	$(BIN)/python -m pytest bench -o python_files='bench_*.py'

figures: $(INSTALLED) ## Record the published figures; tell under Figures in CHANGELOG.md what moved
	$(BIN)/python -m tests.record_figures

lock: $(INSTALLED) ## Resolve pyproject.toml into requirements.lock again
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --python-version 3.11 --extra dev --extra kit pyproject.toml --output-file requirements.lock

audit: $(INSTALLED) ## Hold the lock against advisories (ADVISORIES=all.zip: stored ones, no network)
	$(BIN)/python .ci/audit.py $(ADVISORIES)

sbom: $(INSTALLED) ## List what is installed, in CycloneDX: dist/gapwatch.cdx.json
	@mkdir -p dist
	@$(BIN)/python .ci/sbom.py > dist/gapwatch.cdx.json
	@echo dist/gapwatch.cdx.json

clean: ## Remove the environment and everything that can be made again
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
