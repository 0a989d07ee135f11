# `make demo` shows Onceward at work, `make test` proves it. `make` alone lists every target.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.set-up

# Without cached bytecode, each of the many processes of a test run would compile all its imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-all test-rest test-unit setup generate check-generated lint bench bench-gateway bench-cluster bench-reports sweep chaos lock release dist clean

help:                  ## list every target
	@awk -F ':.*## *' '/^[a-z][a-z-]*:.*##/ { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup            ## run a gateway on a free port and a tour of it, with no key and no network
	$(BIN)/onceward demo

test: setup            ## run the checks, and the tests that take minutes
	scripts/test

test-all: setup        ## run everything: also slow tests, PostgreSQL, Redis, chaos, every installed Python
	scripts/test --all

test-rest: setup       ## run what `make test` leaves out of `make test-all`
	scripts/test --rest

test-unit: setup       ## run the tests that start no process
	$(BIN)/python -m pytest -n 2 --dist loadfile -m unit contract generator sdks/python gateway conformance chaos docs tests

setup: $(STAMP)        ## make or update the environment in .venv, with the packages editable

$(STAMP): uv.lock pyproject.toml sdks/python/pyproject.toml gateway/pyproject.toml generator/pyproject.toml scripts/set-up
	scripts/set-up $(PYTHON) $(VENV)
	@touch $@

generate: setup        ## write what is derived from the contract; commit the result
	scripts/generate

check-generated: setup ## fail when a generated file is not what the generator writes now
	scripts/generate --check

lint: setup            ## check the lock, formatting, lint and types
	scripts/lint

bench: setup           ## measure the budgets side by side with the peers, in their own environments
	$(BIN)/python benchmarks/run.py

bench-reports: setup   ## measure reports over two million records
	$(BIN)/python benchmarks/reports.py

bench-gateway: setup   ## measure the gateway beside LiteLLM's and Portkey's, in environments of their own
	$(BIN)/python benchmarks/run.py --rounds 3 gateway

bench-cluster: setup   ## measure the gateway on PostgreSQL and Redis, with one caller and with 32
	$(BIN)/python benchmarks/cluster.py

sweep: setup           ## cut a stream of 200 events at every byte offset on every transport (an hour or more)
	$(BIN)/python conformance/cut_sweep.py --full

chaos: setup           ## run one node ten times and three nodes ten times while their parts are killed (half an hour)
	$(BIN)/python -m chaos --nodes 1 --runs 10
	$(BIN)/python -m chaos --nodes 3 --runs 10

release: setup         ## check, test, build and tag a release: VERSION=1.2.0 [OPTIONS=--dry-run]
	$(BIN)/python scripts/release.py $(VERSION) $(OPTIONS)

dist: setup            ## build the wheels of the packages in dist/
	for package in sdks/python gateway generator; do $(BIN)/python -m build --no-isolation --outdir dist $$package || exit 1; done

lock: setup            ## take the newest versions of every dependency into uv.lock
	scripts/lock --upgrade

clean:                 ## remove the environment, built wheels and caches
	rm -rf $(VENV) .venvs dist .mypy_cache .pytest_cache .ruff_cache
