# Every target sets up what it needs; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export NO_MKDOCS_2_WARNING := 1
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	touch $@

.PHONY: setup
setup: .venv/.ready ## make the virtual environment in .venv

.PHONY: browser
browser: node_modules/.ready
	@command -v chromium >/dev/null && fc-list :lang=zh-cn | grep -q . || { \
	  as=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$as apt-get update -qq; \
	  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; }

.PHONY: build
build: setup ## build the site into build/site
	$(BIN)/qingdan build

.PHONY: serve
serve: build ## build, then serve site and functions on http://127.0.0.1:8000
	$(BIN)/qingdan serve --host $(HOST) --port $(PORT)

.PHONY: test
test: setup browser ## run every test, in real browsers and against real servers too
	$(BIN)/pytest

.PHONY: lint
lint: setup ## ruff, mypy --strict, import-linter, content and schema checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/qingdan check

.PHONY: fmt
fmt: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: build ## measure speed and size against their floors
	$(BIN)/python -m benchmarks

.PHONY: package
package: build ## pack each function for AWS Lambda into build/package; PACKAGE_PYTHON=python3.13 adds bytecode
	$(BIN)/python -m functions.local.packing

.PHONY: lock
lock: setup ## write requirements.lock and package-lock.json anew
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

.PHONY: clean
clean: ## remove what was built; data/ stays
	rm -rf build .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
