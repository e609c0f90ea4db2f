# `make demo` and `make test` install what they need into .venv; nothing else is needed but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= releases/demo

.PHONY: demo test test-slow lint bench docs lock reference clean

$(VENV)/.demo: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.develop: requirements-dev.lock $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
