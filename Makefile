# The two commands that matter: `make demo` shows Onceward at work, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.set-up

.PHONY: demo test setup generate check-generated lint bench bench-gateway sweep chaos lock release dist clean

demo: setup            ## a gateway on a free port and a tour of what it does, with no key and no network
	$(BIN)/onceward demo

test: setup            ## every check and every test that this machine has the tools for
	scripts/test

setup: $(STAMP)        ## the environment in .venv, with the packages editable

$(STAMP): uv.lock pyproject.toml sdks/python/pyproject.toml gateway/pyproject.toml generator/pyproject.toml scripts/set-up
	scripts/set-up $(PYTHON) $(VENV)
	@touch $@

generate: setup        ## contract -> bundle -> SDKs; the result is committed
	scripts/generate

check-generated: setup ## fails when a generated file is not what the generator writes now
	scripts/generate --check

lint: setup            ## formatting, lint and types
	scripts/lint

bench: setup           ## the budgets, side by side with the peers, in their own environments
	$(BIN)/python benchmarks/run.py

bench-gateway: setup   ## the gateway beside LiteLLM's proxy, in an environment of its own
	$(BIN)/python benchmarks/run.py --rounds 3 gateway

sweep: setup           ## cuts a stream of 200 events at every byte offset on every transport (an hour or more)
	$(BIN)/python conformance/cut_sweep.py --full

chaos: setup           ## ten runs of one node and ten of three under load while their parts are killed (half an hour)
	$(BIN)/python -m chaos --nodes 1 --runs 10
	$(BIN)/python -m chaos --nodes 3 --runs 10

release: setup         ## VERSION=1.2.0 [OPTIONS=--dry-run]: checks, tests, builds and tags a release of all packages
	$(BIN)/python scripts/release.py $(VERSION) $(OPTIONS)

dist: setup            ## wheels of the packages in dist/
	for package in sdks/python gateway generator; do $(BIN)/python -m build --no-isolation --outdir dist $$package || exit 1; done

lock: setup            ## the newest versions of every dependency in uv.lock
	scripts/lock --upgrade

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache
