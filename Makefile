# `make serve` and `make test` do everything on a machine with Python 3.11+ and make.
PYTHON ?= python3
# On Linux elsewhere: make serve TORCH_INDEX=<address of the CPU wheels of torch> keeps the GPU packages out.
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
.DEFAULT_GOAL := help
.PHONY: help serve test setup check eval eval-selftest bench fuzz lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(STAMP) ## create .venv with every pinned dependency

# torch first and by itself: the CPU build, before anything that would bring the GPU one.
$(STAMP): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once; a few minutes) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip==26.3
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	@echo "Installing the rest ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

serve: $(STAMP) ## set up, build the index, serve on http://127.0.0.1:8000
	@$(BIN)/assistant serve

test: $(STAMP) ## set up, then run the tests
	@$(BIN)/python -m pytest

check: $(STAMP) ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

eval: $(STAMP) ## run every eval suite and write the README's results table
	@$(BIN)/assistant eval; code=$$?; $(BIN)/python -m evals.readme && exit $$code

eval-selftest: $(STAMP) ## plant faults and see that the evals catch them
	@$(BIN)/python -m evals.selftest

bench: $(STAMP) ## compare speed and memory with LangChain's tutorial pipeline (and with PEERS_PYTHON=…, Haystack and LlamaIndex); writes docs/benchmarks.md
	@$(BIN)/python -m tests.bench.run

fuzz: $(STAMP) ## the long runs: generated requests, 10,000 messages, 1,000 conversations (needs PostgreSQL, Redis)
	@TEST_EXAMPLES=190 TEST_MESSAGES=10000 TEST_CONVERSATIONS=1000 $(BIN)/python -m pytest tests/services -s

lock: $(STAMP) ## write constraints.txt from what is installed
	@$(BIN)/python -m pip freeze --exclude-editable | grep -v '^back-assistant' > constraints.txt

clean: ## remove .venv and .data
	rm -rf $(VENV) .data
