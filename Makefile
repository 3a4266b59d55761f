# Dengar: every command a person needs. `make help` lists them.
# The pip options below keep an installation repeatable: exact versions, and for the two
# packages without wheels (XStatic) a setuptools that still knows their kind of setup.py.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP_VERSION := 26.3
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--constraint constraints.txt --build-constraint constraints-build.txt
QUIETLY = > $(VENV)/install.log 2>&1 || { cat $(VENV)/install.log; exit 1; }
PYTEST := $(BIN)/python -m pytest -n auto

.PHONY: help run test lint types contracts unit services train bench bench-archive bench-cases bench-intake bench-kills bench-places bench-reader bench-reader-speed bench-reviews bench-stream migration clean clean-data

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: $(VENV)/core ## install what is needed, then run the demo city until Ctrl-C
	@$(BIN)/dengar up --demo

test: $(VENV)/dev services lint types contracts unit ## everything that must hold before a change lands

lint: $(VENV)/dev ## style and simple faults
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev ## mypy; strict for the rules, the entities and the predictions
	@$(BIN)/mypy

contracts: $(VENV)/dev ## imports point one way
	@$(BIN)/lint-imports

unit: $(VENV)/dev ## all tests, in random order, in parallel
	@$(PYTEST)

services: ## root on Debian: apt-get install PostgreSQL and Chromium for the tests; not with SERVICES=no
	@[ '$(SERVICES)' = no ] || sh tests/support/install_services.sh

train: $(VENV)/dev ## train the reader: make train OPTIONS='--data ../shared --base FOLDER --without gold.jsonl'
	@$(BIN)/dengar train $(OPTIONS)

bench: bench-intake bench-stream bench-kills ## measure what the README claims

bench-intake: $(VENV)/core ## posts a second over HTTP: make bench-intake OPTIONS='--file posts.jsonl'
	@$(BIN)/python -m tests.bench.intake $(OPTIONS)

bench-stream: $(VENV)/core ## seconds from an urgent post to the alert stream, while thousands wait
	@$(BIN)/python -m tests.bench.alert_latency $(OPTIONS)

bench-kills: $(VENV)/core ## kill -9 while posts arrive, then look for losses: make bench-kills OPTIONS=--wipe-redis
	@$(BIN)/python -m tests.bench.kill_campaign $(OPTIONS)

bench-reader: $(if $(GOLD),$(VENV)/dev) ## the reader on labelled posts: make bench-reader GOLD=labels.jsonl [OPTIONS='--data ../shared --baselines']
	$(if $(GOLD),,$(error name a file of labelled posts: make bench-reader GOLD=labels.jsonl))
	@$(BIN)/dengar evaluate $(GOLD) --robustness $(OPTIONS)

bench-reader-speed: $(VENV)/dev ## posts a CPU-second against transformers, load time, memory
	@$(BIN)/python -m tests.bench.reader_speed $(OPTIONS)

bench-archive: $(VENV)/dev ## which agency, learnt from a city's own archive: make bench-archive OPTIONS=archive.jsonl
	@$(BIN)/python -m tests.bench.city_archive $(OPTIONS)

bench-cases: $(VENV)/core ## how well posts become cases, on a stream written for it
	@$(BIN)/python -m tests.bench.cases $(OPTIONS)

bench-places: $(VENV)/core ## which kecamatan, by streets learnt from older posts: make bench-places OPTIONS=archive.jsonl
	@$(BIN)/python -m tests.bench.places $(OPTIONS)

bench-reviews: $(VENV)/dev ## sentiment of reviews, a published test: make bench-reviews OPTIONS='--data FOLDER'
	@$(BIN)/python -m tests.bench.reviews $(OPTIONS)

migration: $(VENV)/dev ## write a migration after a change of tables: make migration MESSAGE='what changed'
	@$(BIN)/python -m triage.store.revise '$(MESSAGE)'

clean: ## remove the environment and caches; what `make run` stored in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

clean-data: ## DELETES var/ for good: all posts, cases and labels, and the secret that opens sealed originals
	rm -rf var

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Dengar needs Python 3.11 or newer: make run PYTHON=/path/to/python3.11'; exit 1; }
	@echo 'making $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip==$(PIP_VERSION) $(QUIETLY)

$(VENV)/core: pyproject.toml constraints.txt constraints-build.txt | $(BIN)/python
	@echo 'installing (a minute or two, the first time) ...'
	@$(INSTALL) --editable . $(QUIETLY)
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt constraints-build.txt | $(BIN)/python
	@echo 'installing with the tools for tests and training ...'
	@$(INSTALL) --editable '.[dev,train]' $(QUIETLY)
	@touch $@ $(VENV)/core
