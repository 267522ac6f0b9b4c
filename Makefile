# `make demo` and `make test` need nothing but a Python 3.11 to 3.13 with venv and pip.
VENV := .venv
BIN := $(VENV)/bin
# Every stamp is a file in the environment, so that deleting .venv starts afresh.
PYTHON_FOUND := $(VENV)/.python
READY := $(VENV)/.ready

.PHONY: demo test lint format bench docs pictures lock install clean

install: $(READY)

$(PYTHON_FOUND):
	@for python in python3.13 python3.12 python3.11 python3 python; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
			echo "making $(VENV) with $$($$python --version)"; \
			$$python -m venv $(VENV) && touch $@ && exit 0; \
			exit 1; \
		fi; \
	done; \
	echo "musivum needs Python 3.11, 3.12 or 3.13 (with venv and pip); none was found on the PATH" >&2; exit 1

$(READY): $(PYTHON_FOUND) requirements-dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	$(BIN)/musivum demo demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	@set -e; for bench in benchmarks/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench; done

docs: $(READY)
	$(BIN)/zensical build --clean --strict

pictures: $(READY)
	$(BIN)/python docs/make_pictures.py

# Needs uv. Addresses of registries stay out of the file: every machine uses its own.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --group dev pyproject.toml --output-file requirements-dev.txt
	@! grep -nE '://|--(extra-)?index|--find-links' requirements-dev.txt

clean:
	rm -rf $(VENV) build dist site demo .mypy_cache .pytest_cache .ruff_cache
	find src -name __pycache__ -prune -exec rm -rf {} +
