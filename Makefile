# Each target can be the first command in a new checkout: it needs Python 3.11+, make and git, and installs into .venv.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint ui bench docs
.DEFAULT_GOAL := demo

demo: $(INSTALLED) ## two months of sample orders, imported and reported
	@$(BIN)/cdp-pipelines demo

test: $(INSTALLED) ## everything that needs only Python
	@$(BIN)/python -m pytest -n auto

lint: $(INSTALLED) ## style, formatting, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

# The history is migrated alone first: the UI and the daemon, started at once on a new one, would race for it.
ui: $(INSTALLED) ## Dagster's UI
	@mkdir -p .cdp/dagster
	@DAGSTER_HOME="$(CURDIR)" $(BIN)/dagster instance migrate >.cdp/dagster/migrate.log 2>&1 || { cat .cdp/dagster/migrate.log; exit 1; }
	@echo "Dagster's UI comes up at http://127.0.0.1:3000; its history is kept in .cdp/dagster. Ctrl-C stops it."
	@exec $(BIN)/dagster dev

bench: $(INSTALLED) ## speed and memory, against raw COPY and dlt; writes docs/benchmarks.md; ARGS=--with-5m for five million lines too
	@$(BIN)/python -m cdp_pipelines_tests.bench --tpch $(ARGS)

docs: $(INSTALLED) ## docs/configuration.md anew, from the specifications
	@$(BIN)/python -m cdp_pipelines_tests.docs.configuration

$(INSTALLED): pyproject.toml constraints.txt .ci/install
	@.ci/install $(VENV)
	@touch $@
