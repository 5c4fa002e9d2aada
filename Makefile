# Everything that is typed daily. Needed on the machine: Python 3.11 to 3.13 with venv, and make.

PYTHON ?= python3
UV_VERSION := 0.13.8
BIN := .venv/bin
ARGS ?=

.PHONY: help run test lint fix messages bench chaos lock

help:  ## Show this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/.runtime  ## Start the product with a demo company (PORT=8000)
	@exec $(BIN)/python manage.py serve $(ARGS)

test: .venv/.dev lint  ## Run every check and test, on both deployments
	@$(BIN)/python -m tests.run $(ARGS)

lint: .venv/.dev  ## Check style, types, templates, layers and migrations
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

fix: .venv/.dev  ## Put right what can be put right by a program
	-$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	-find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

messages: .venv/.dev  ## Collect the texts to translate, and compile the Polish ones (locale/)
	@$(BIN)/python -m tests.catalogue

bench: .venv/.dev  ## Measure speed and memory against the bare reference
	@$(BIN)/python -m bench $(ARGS)

chaos: .venv/.dev  ## Run the fault-injection tests for longer (SEED=, MINUTES=)
	@CHAOS_MINUTES=$${MINUTES:-10} $(BIN)/python -m tests.run --chaos $(ARGS)

lock: .venv/.tools  ## Renew both lock files from pyproject.toml (ARGS=--upgrade)
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) $(ARGS) pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) $(ARGS) -c requirements.lock --group pyproject.toml:dev pyproject.toml -o requirements-dev.lock

# Names and hashes only: whoever installs says where from.
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

# --- The environment ----------------------------------------------------------------------------------------
# Each file marks what .venv holds, so that the second start does none of this. With uv it takes seconds; where uv
# cannot be had, pip installs from the same locks and checks the same hashes.

.venv/.tools: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || { rm -rf .venv && $(PYTHON) -m venv .venv; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@test -x $(BIN)/uv || $(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION) 2>/dev/null \
		|| echo "uv cannot be had here; pip takes a little longer."
	@touch $@

# The dev lock contains the runtime lock, so an environment made for `make test` is good for `make run` too.
.venv/.runtime: .venv/.tools requirements.lock
	@test -e .venv/.dev -a ! requirements.lock -nt .venv/.dev || $(call install,requirements.lock)
	@touch $@

.venv/.dev: .venv/.tools requirements-dev.lock
	@$(call install,requirements-dev.lock)
	@touch $@ .venv/.runtime

define install
{ echo "Installing $(1) into .venv ..."; \
  if test -x $(BIN)/uv; then VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --require-hashes -r $(1); \
  else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi; }
endef
