# What people type. Every target sets up first; that costs nothing when nothing has changed, and
# then needs no network. PYTHON=/path/to/python3.13 does it all with that one, in .venv-3.13.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

export PYTHON
# An older make gives the shell none of what it exports.
export VENV := $(shell PYTHON="$(PYTHON)" tools/setup.sh venv)
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# Three processes on two cores: end-to-end tests mostly wait. A file stays in one.
PARALLEL := -n 3 --dist loadfile
# ENGINE=real is the one that `make engine` unpacks; ENGINE=/path names any other executable.
ENGINE_PATH = $(if $(filter real,$(ENGINE)),$$(tools/engine.sh path),$(ENGINE))
ON_ENGINE = $(if $(ENGINE),--engine "$(ENGINE_PATH)")
# WORKER=real is the one that `make worker` installs; WORKER=/path names any other Python with it.
WORKER_PATH = $(if $(filter real,$(WORKER)),$$(tools/worker.sh path),$(WORKER))
ON_WORKER = $(if $(WORKER),--worker "$(WORKER_PATH)")
# Packages that are compiled for one Python.
FUZZ := .cache/fuzz/packages$(VENV:.venv%=%)
MUTANTS := .cache/mutants/packages$(VENV:.venv%=%)
CHECKED := $(wildcard tests/unit tests/contract tests/replay tests/simulation tests/fuzz)

.PHONY: help setup setup-python package lock engine engine-asked worker worker-asked demo run test check bench fuzz mutants \
	static checkov simulate clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: ## make .venv and install Azurite (the others do it themselves); PYTHON=/path/python3.13
	@tools/setup.sh

setup-python:
	@tools/setup.sh python

# azd's hook runs the same (azure.yaml). It needs no more than a Python.
package: ## build what is deployed into dist/: wheels, byte code; APP_PYTHON_VERSION=3.12, or PYTHON
	@$(if $(PYTHON),APP_PYTHON_VERSION=$(VENV:.venv-%=%)) $(or $(PYTHON),python3) -m tools.package

# In an environment of its own: uv is no part of what is locked.
lock: setup-python ## pin requirements*.in into requirements*.txt, with hashes; UPGRADE=1 takes newer
	@cmp -s tools/requirements-lock.txt .cache/lock/requirements.txt || { \
		rm -rf .cache/lock && $(BIN)/python -m venv .cache/lock && \
		.cache/lock/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
			-r tools/requirements-lock.txt && \
		cp tools/requirements-lock.txt .cache/lock/requirements.txt; }
	@for each in requirements requirements-dev; do \
		.cache/lock/bin/uv pip compile --quiet --universal --generate-hashes \
			--python-version=3.11 --output-file=$$each.txt $$each.in $(if $(UPGRADE),--upgrade) \
			|| exit 1; \
	done

engine: ## unpack the real engine, a test tool, where its archive is there (ENGINE_ARCHIVE=path)
	@tools/engine.sh

engine-asked:
	@$(if $(filter real,$(ENGINE)),tools/engine.sh needed,:)

worker: ## make an environment of Python 3.13 for Microsoft's own worker (PYTHON313=path)
	@tools/worker.sh

worker-asked:
	@$(if $(filter real,$(WORKER)),tools/worker.sh needed,:)

demo: setup engine-asked worker-asked ## restore two VMs here, live; REQUEST=file, ENGINE=real WORKER=real
	@$(BIN)/python -m devhost demo $(ON_ENGINE) $(ON_WORKER) $(if $(REQUEST),"$(REQUEST)")

run: setup engine-asked worker-asked ## host on :7071, simulated vault on :7072, Azurite; until Ctrl-C
	@$(BIN)/python -m devhost up $(ON_ENGINE) $(ON_WORKER)

test: setup engine worker worker-asked static ## everything that CI runs; WORKER=real: functions on it
	@DURABLE_ENGINE="$${DURABLE_ENGINE:-$$(tools/engine.sh path)}" \
		$(if $(WORKER),FUNCTIONS_WORKER="$(WORKER_PATH)") $(PYTEST) $(PARALLEL) tests

check: setup-python static ## lint, types, import rules; unit, contract, replay, simulation tests
	@$(PYTEST) $(PARALLEL) $(CHECKED)

bench: setup engine ## measure what a restore costs on both engines; RESTORES=20 for a smaller run, ENTRY=health for /health
	@DURABLE_ENGINE="$${DURABLE_ENGINE:-$$(tools/engine.sh path)}" \
		$(BIN)/python -m benchmarks $(ENTRY) $(if $(RESTORES),--restores $(RESTORES))

fuzz: setup ## draw INPUTS=20000 odd inputs, then let coverage guide some for MINUTES=10 (atheris)
	@FUZZ_INPUTS=$(or $(INPUTS),20000) $(PYTEST) -v -o faulthandler_timeout=0 tests/fuzz
	@mkdir -p .cache/fuzz
	@test -d $(FUZZ)/atheris || $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check --no-input --target $(FUZZ) \
		-r tools/requirements-fuzz.txt || true
	@PYTHONPATH=$(FUZZ) \
		$(BIN)/python -m tests.fuzz.coverage_guided --minutes $(or $(MINUTES),10)

mutants: setup-python ## draw FAULTS=200 faults in the shipped code, SEED=1; do the unit tests notice?
	@test -d $(MUTANTS)/cosmic_ray || $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check --no-input --target $(MUTANTS) \
		-r tools/requirements-mutants.txt
	@$(BIN)/python -m tools.mutants --faults $(or $(FAULTS),200) --seed $(or $(SEED),1) $(IN)

static: setup-python
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.bicep

# In an environment of its own: it pins half of PyPI otherwise. Without it its tests are skipped.
checkov: setup-python ## install checkov (291 MB); from then on the tests look at the deployment with it
	@cmp -s tools/requirements-checkov.txt .cache/checkov/requirements.txt || { \
		rm -rf .cache/checkov && $(BIN)/python -m venv .cache/checkov && \
		.cache/checkov/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
			-r tools/requirements-checkov.txt && \
		cp tools/requirements-checkov.txt .cache/checkov/requirements.txt; } || \
		echo "checkov: not installed, its tests are skipped" >&2

simulate: setup ## SEEDS=1000 FIRST=0: run seeds; SEED=x: tell one; SWEEP=all, PLANTED=all: all
	@$(if $(PLANTED),PLANTED=all $(PYTEST) -v -n 2 tests/simulation/test_planted_defects.py,\
		$(BIN)/python -m tests.simulation $(if $(SWEEP),--sweep,$(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000) --first $(or $(FIRST),0))))

clean: ## remove caches and local state; .venv* and node_modules stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist \
		.cache .demo .devhost
	@find . -name __pycache__ -not -path './.venv*/*' -not -path './node_modules/*' \
		-prune -exec rm -rf {} +
