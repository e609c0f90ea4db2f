# `make demo` and `make test` install what they need into .venv; nothing else is needed but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= releases/demo-$(shell date +%Y-%m-%d-%H%M%S)

.PHONY: demo test test-slow lint bench docs lock reference clean

# What the program needs, pinned with hashes; then the program itself, in place.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Havre needs Python 3.11 or newer: make demo PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src  # so that the first start is as quick as the next ones
	@touch $@

$(VENV)/.developing: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@

demo: $(VENV)/.installed  ## Make a forecast release from the reference snapshot and print the next twelve months; havre serve then shows it.
	$(BIN)/havre forecast --explain --out $(OUT)

# Tests of the store run on a PostgreSQL of their own; root on Debian gets it installed, others are told what was skipped.
HAS_POSTGRESQL = ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null

test: $(VENV)/.developing  ## Run the tests (a few minutes); page tests need Debian's chromium, else they say that they were skipped.
	@$(HAS_POSTGRESQL) || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || true
	$(BIN)/python -m pytest -n auto --dist loadfile

test-slow: $(VENV)/.developing  ## Run the tests that take longer, and properties with all their examples.
	$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile thorough

lint: $(VENV)/.developing  ## Check style, types and the arrows between the rooms.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.developing  ## Measure speed against peers in the same run.
	$(BIN)/python -m pytest bench -o addopts="--import-mode=importlib" -o python_files="bench_*.py" --benchmark-columns=min,median,max

docs: $(VENV)/.developing  ## Run the examples of the documents, and take new pictures of the report.
	$(BIN)/python -m pytest docs README.md
	rm -rf releases/docs && $(BIN)/havre forecast --out releases/docs --date 2026-11-24 --json > /dev/null
	$(BIN)/python tools/screenshot_report.py releases/docs/report.html docs/pictures --top

reference: $(VENV)/.developing  ## Build the reference snapshot again from the shared data, where they are at hand.
	$(BIN)/python tools/build_reference.py

lock:  ## Renew the lock files (needs uv).
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra excel --group build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
