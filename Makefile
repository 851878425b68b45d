# Concord. `make run` starts it, `make test` proves it, `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
PYTEST := .venv/bin/python -m pytest
T ?= tests
export PYTHON
# compiled once, not by every process that the tests and the supervisor start
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup setup-dev test check format coverage slow chaos bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## install what is missing, start everything, print the address
	@DEMO=$${DEMO:-1} exec .venv/bin/portal up

setup:
	@tools/setup run

setup-dev:
	@tools/setup dev

test: setup-dev ## every test but the slow ones, on SQLite and PostgreSQL and in a real browser (T=tests/path: some)
	@$(PYTEST) $(T) -n 2 --dist worksteal -m "not slow and not chaos" -q --durations=10

check: setup-dev ## format, lint, types, import contracts, fast tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@$(PYTEST) $(T) -n 2 --dist worksteal -m "not slow and not chaos and not browser" -q

format: setup-dev ## put the code into its form
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

coverage: setup-dev ## branch coverage, missing lines shown
	@rm -f .coverage .coverage.*
	@.venv/bin/coverage run -m pytest $(T) -m "not slow and not chaos" -q
	@.venv/bin/coverage combine -q
	@.venv/bin/coverage report --skip-covered --show-missing

slow: setup-dev ## trials that take minutes: shuffled labels, large files
	@$(PYTEST) tests -m slow -q --durations=10

chaos: setup-dev ## kill everything, again and again (CHAOS_TIMES=3: each 3 times instead of 20); nothing may be lost
	@$(PYTEST) tests -m chaos -q --durations=10

bench: setup-dev ## the ratios of docs/performance.md, one JSON object a line
	@.venv/bin/portal bench all --json

lock: ## pin every dependency with its hashes (needs uv)
	@tools/lock

clean: ## remove the virtual environment and what was fetched; data stays
	@rm -rf .venv static/fetched build *.egg-info .mypy_cache .ruff_cache
