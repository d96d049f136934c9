# `make demo` and `make test` do all their own set-up: Python 3.11 or newer and the network to a package index is all they need.
PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BIN := .venv/bin

.PHONY: dist demo test test-tools test-airflow test-browser test-mutation lint docs site completions bench setup lock clean help

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 13

demo: .venv/ready ## Provision, check, run and break all four providers on this machine, with no cloud account
	$(BIN)/preflight demo

test: .venv/ready lint ## Run every test; nothing outside loopback is asked
	$(BIN)/python -m pytest

test-engine: .venv/ready ## Drive the program with the real Pulumi engine, where `pulumi` is on the PATH
	$(BIN)/python -m pytest -m engine --dist=load

test-contract: .venv/ready ## Run against gateways that this project did not write; installs them, takes minutes
	$(BIN)/python -m pytest -m contract -n0

test-tools: .venv/ready ## Run the hook under pre-commit, the workflow linters, the action's installation; installs them
	$(BIN)/python -m pytest -m tools -n0

test-browser: .venv/ready ## Show every page of HTML to the Chromium or Chrome that is installed, and to axe
	$(BIN)/python -m pytest -m browser -n0

test-airflow: .venv/ready .venv-airflow/ready ## Run the operators under a real Airflow, which it installs
	$(BIN)/python -m pytest -m airflow -n0

# Modules and folders, as tests/mutation/run.py takes them.
MODULES ?= preflight/checks preflight/catalog preflight/iam preflight/limits.py preflight/report.py preflight/runner.py preflight/waivers.py
test-mutation: .venv/ready ## Make small wrong changes to what decides, one at a time: each is to be noticed; takes an hour
	$(BIN)/python tests/mutation/run.py $(MODULES)

lint: .venv/ready ## ruff, mypy --strict, and ty over the Pulumi program
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/ty check infra

docs: .venv/ready ## Renew the rendered parts of the pages in docs/, the JSON Schema of the report, and what `explain` says
	$(BIN)/python -m preflight.render.pages docs
	$(BIN)/python -m preflight.render.json_shape > preflight/render/report.schema.json
	$(BIN)/python -m preflight.reference

site: .venv-docs/ready ## Build the pages of docs/ as a site in build/site/html; a link that leads nowhere ends it
	$(BIN)/python docs/site.py build/site/pages
	.venv-docs/bin/zensical build --clean --strict

completions: .venv/ready ## Renew what shells complete by, from the grammar; needs shtab
	$(BIN)/python -m preflight.completions

bench: .venv/ready .venv-bench/ready ## Time the reading of request files beside what people use today; takes long
	$(BIN)/python benchmarks/read_requests.py --python .venv-bench/bin/python --megabytes 1000 --kinds 4k,600
	$(BIN)/python benchmarks/read_requests.py --python .venv-bench/bin/python --megabytes 200 --rounds 9 --kinds 100k,japanese,uuid
	$(BIN)/python benchmarks/read_processes.py
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/merge_results.py
	$(BIN)/python benchmarks/cluster.py

# The bill of materials is of what an installation of the wheel alone brings, in the pinned versions.
dist: .venv/ready .venv-release/ready ## Build wheel, source archive and bill of materials into dist/
	rm -rf dist .venv-release/installed
	$(BIN)/python -m hatchling build -d dist
	$(UV) venv --quiet --python .venv/bin/python .venv-release/installed
	VIRTUAL_ENV=.venv-release/installed $(UV) pip install --quiet --constraint requirements/all.txt dist/*.whl
	.venv-release/bin/cyclonedx-py environment --output-reproducible --output-format JSON --pyproject pyproject.toml \
	  -o dist/batch-preflight.cdx.json .venv-release/installed

setup: .venv/ready ## Build .venv with everything the project needs, from the pinned list

# Where uv is missing it goes into a virtual environment of its own: no global install, so no distribution refuses it.
.uv/bin/uv: requirements/uv.txt
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

ifeq ($(UV),.uv/bin/uv)
.venv/ready: .uv/bin/uv
endif
.venv/ready: requirements/all.txt pyproject.toml
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements/all.txt
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv-release/ready: .venv/ready requirements/release.txt
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-release
	VIRTUAL_ENV=.venv-release $(UV) pip sync --quiet --require-hashes requirements/release.txt
	@touch $@

.venv-docs/ready: .venv/ready requirements/docs.txt
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-docs
	VIRTUAL_ENV=.venv-docs $(UV) pip sync --quiet --require-hashes requirements/docs.txt
	@touch $@

.venv-bench/ready: .venv/ready requirements/bench.txt
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-bench
	VIRTUAL_ENV=.venv-bench $(UV) pip sync --quiet --require-hashes requirements/bench.txt
	@touch $@

# Its dependencies alone: the tests bring this project as the wheel that they build.
.venv-airflow/ready: requirements/airflow.txt | .venv/ready
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-airflow
	VIRTUAL_ENV=.venv-airflow $(UV) pip sync --quiet --require-hashes requirements/airflow.txt
	@touch $@

# All but airflow, which pins half the world.
EXTRAS := --extra cluster --extra infra --extra parquet --extra postgresql --extra sandbox

LOCK = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate
lock: ## Resolve the newest versions into requirements/ (names, versions and hashes only)
	$(LOCK) $(EXTRAS) --group dev pyproject.toml -o requirements/all.txt
	$(LOCK) --extra airflow --extra postgresql pyproject.toml -o requirements/airflow.txt
	$(LOCK) --group docs -o requirements/docs.txt
	$(LOCK) --group bench -o requirements/bench.txt
	$(LOCK) --group release -o requirements/release.txt
	echo uv | $(LOCK) - -o requirements/uv.txt

clean: ## Remove what set-up and the demo made
	rm -rf .venv .venv-airflow .venv-bench .venv-docs build .venv-release dist .uv preflight-demo preflight-runs .preflight-sandbox
