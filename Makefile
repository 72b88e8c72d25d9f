# Prompt Runner. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test test-all test-more test-postgres test-mongodb test-bulk test-bulk-slow lint checks lock bench clean

PYTHON ?= python3.11
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# What `make test` leaves out: what needs a server or engines of its own, whole browser journeys, and slow tests.
QUICK := not postgres and not mongodb and not redis and not browser and not slow and not bulk
# Everything here is for a laptop or CI; production never comes through make.
PROMPTRUNNER_ENV ?= development
export PYTHON PROMPTRUNNER_ENV

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

.venv/.installed-dev: requirements/dev.txt scripts/setup.sh
	@scripts/setup.sh dev

.venv/.installed-prod: requirements/prod.txt scripts/setup.sh
	@scripts/setup.sh prod

.venv/.installed-bulk: requirements/bulk.txt scripts/setup.sh
	@scripts/setup.sh bulk

setup: .venv/.installed-dev ## make .venv with everything for development (once)
	@:

run: .venv/.installed-prod ## check a sample proposal and serve on PORT (8000)
	@$(BIN)/python scripts/run.py

test: setup ## the tests on SQLite and one in the browser, under 5 minutes
	@scripts/ensure_system.sh chromium || [ -z "$${CI:-}" ]
	@env -u DATABASE_URL $(PYTEST) -n 2 -m "$(QUICK)" $(ARGS)

test-all: test test-more test-postgres test-mongodb test-bulk ## all tests, on SQLite, PostgreSQL and MongoDB's wire protocol, under 30 minutes

test-more: setup
	@scripts/ensure_system.sh chromium redis
	@env -u DATABASE_URL $(PYTEST) -n 2 --dist loadfile -m "(slow or browser or redis) and not bulk" $(ARGS) || [ $$? -eq 5 ]

# Each starts a server of its own on a free port and runs the tests that use the database.
test-postgres: setup ## the database tests on PostgreSQL
	@scripts/ensure_system.sh postgresql
	@$(BIN)/python scripts/with_database.py postgres $(PYTEST) -n 2 --database-only -m "$(QUICK) and not browser_smoke or postgres" $(ARGS)

# Of the browser journeys those through the admin, whose packages know least of MongoDB; the pages' other tests are among the database tests.
test-mongodb: setup ## the database tests and the admin's browser journeys on a MongoDB-wire server
	@scripts/ensure_system.sh chromium
	@$(BIN)/python scripts/with_database.py mongodb $(PYTEST) --database-only --ignore tests/browser/test_pages.py -m "$(QUICK) and not browser_smoke or mongodb or browser" $(ARGS)

test-bulk: setup .venv/.installed-bulk ## judging by columns on DuckDB (installs the engines, 850 MB)
	@$(PYTEST) -m "bulk and not slow" $(ARGS)

test-bulk-slow: setup .venv/.installed-bulk ## every packaged rulebook by columns on DuckDB and Spark; takes longer than all other tests
	@scripts/ensure_system.sh java
	@$(PYTEST) -m "bulk and slow" $(ARGS)

lint: setup ## format and lint, types, import direction (changes files)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

checks: setup ## everything that CI checks besides the tests (changes nothing)
	@scripts/checks.sh

lock: setup ## requirements/*.txt from requirements/*.in; UPGRADE="name ..." takes newer versions
	@$(BIN)/python scripts/locks.py write $(UPGRADE)

bench: setup ## the figures of docs/performance.md
	@$(BIN)/python -m benchmarks.bench_pipeline $(ARGS)
	@scripts/ensure_system.sh wrk
	@$(BIN)/python -m benchmarks.bench_post_runs $(ARGS)
	@$(BIN)/python -m benchmarks.bench_admin

clean: ## remove .venv and caches; data/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
