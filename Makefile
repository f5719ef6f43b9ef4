# Every target sets up what it needs; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export NO_MKDOCS_2_WARNING := 1
# Hundreds of processes import the same modules: without bytecode on disk each would compile them anew.
export PYTHONDONTWRITEBYTECODE :=
PYTHON ?= python3
BIN := .venv/bin
CORES := $(shell getconf _NPROCESSORS_ONLN)
# Tests wait for servers and browsers more than they compute: twice as many at once as there are cores.
WORKERS ?= $(shell echo $$((2 * $(CORES))))
HOST ?= 127.0.0.1
PORT ?= 8000
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
# They pin an older boto3 than we do: a lock and an environment of their own.
DEPLOY_TOOLS := cfn-lint==1.58.0 checkov==3.3.30
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
	@command -v chromium >/dev/null && test -n "$$(fc-list :lang=zh-cn)" || { \
	  as=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$as apt-get update -qq; \
	  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; }

# Unpacked, not installed: what is installed would be started at once, on the ports of this machine.
.PHONY: proxies
proxies:
	@{ command -v nginx && command -v caddy; } >/dev/null || [ -e build/proxies/.ready ] || { \
	  as=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$as apt-get update -qq; \
	  mkdir -p build/proxies; cd build/proxies; \
	  apt-get -qq -o APT::Sandbox::User=root download nginx caddy; \
	  for package in *.deb; do dpkg -x "$$package" .; done; \
	  rm -- *.deb; touch .ready; }

.PHONY: build
build: setup ## build the site into build/site
	$(BIN)/qingdan build

.PHONY: serve
serve: build ## build, then serve site and functions on http://127.0.0.1:8000; STORE=aws-local tries the cloud's store
	$(BIN)/qingdan serve --host $(HOST) --port $(PORT) $(if $(STORE),--store $(STORE))

.PHONY: demo
demo: build ## serve a desk full of invented filings, kept in build/demo, with an account for each role
	@[ -e build/demo ] && echo "换密码：$(BIN)/qingdan staff reset 账号名 --data build/demo" || $(BIN)/qingdan demo --data build/demo
	$(BIN)/qingdan serve --host $(HOST) --port $(PORT) --data build/demo

.PHONY: test
test: setup browser proxies ## run every test, in real browsers and against real servers too; WORKERS=1 one after another
	$(BIN)/pytest -n $(WORKERS) --durations=20

.PHONY: quick
quick: setup ## lint what git says was changed, and run the tests that need no server and no browser: a minute
	@{ git diff --name-only --diff-filter=d HEAD -- '*.py'; git ls-files --others --exclude-standard -- '*.py'; } \
	  | sort -u | xargs -r sh -c '$(BIN)/ruff format --check "$$@" && $(BIN)/ruff check "$$@"' ruff
	$(BIN)/mypy
	$(BIN)/pytest -n $(CORES) --quick

.PHONY: fuzz
fuzz: setup ## try odd inputs on every reader of what strangers send, five minutes in all; FUZZ_SECONDS=60 for less, TARGETS="pairs receipts" for some
	$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),300) $(TARGETS)

.PHONY: conformance
conformance: setup browser ## run the stores' contract on DynamoDB Local (Java), and lists at full size on every engine
	$(BIN)/pytest --conformance -k "dynamodb_local or large" tests/contract

.PHONY: cloud-pages
cloud-pages: setup browser ## run the tests of pages and API over the cloud's store
	$(BIN)/pytest --store aws-local tests/browser tests/desk tests/web tests/submit tests/track tests/attach tests/local

.PHONY: coverage
coverage: setup ## write docs/coverage.md: the rows of the domain and the tests that prove them
	$(BIN)/python -m tests.coverage

.PHONY: lint
lint: setup node_modules/.ready ## ruff, mypy --strict, import-linter, eslint, types of the scripts, content and schemas
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node_modules/.bin/eslint .
	node_modules/.bin/tsc -p .
	$(BIN)/qingdan check

.PHONY: fmt
fmt: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: build ## measure speed and size against their floors
	$(BIN)/python -m benchmarks

.PHONY: package
package: build ## pack each function for AWS Lambda; MACHINE=x86_64 not for arm64; PACKAGE_PYTHON=python3.13 adds bytecode
	$(BIN)/python -m functions.local.packing $(if $(MACHINE),--machine $(MACHINE))

.PHONY: publish
publish: build ## put the site into the bucket that CloudFront shows: BUCKET=... REGION=...
	$(BIN)/python -m functions.local.publish_site --region $(REGION) $(BUCKET)

.venv-deploy/.ready: requirements-deploy.lock
	$(PYTHON) -m venv .venv-deploy
	.venv-deploy/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-deploy.lock
	touch $@

# Of a region, both stages, without a domain and with one and this certificate. What judges reads them all at once.
define check-stacks
	for stage in dev prod; do for domain in "" "--param=domain=list.example.invalid --param=certificate=$(2)"; do \
	  node_modules/.bin/osls package --stage $$stage --region $(1) $$domain \
	    $(if $(MACHINE),--param=architecture=$(MACHINE)) --package build/deploy/$(1)/$$stage$${domain:+-domain}; \
	done; done
	.venv-deploy/bin/cfn-lint --regions $(1) --ignore-checks W3005 W8003 \
	  --template build/deploy/$(1)/*/cloudformation-template-update-stack.json
endef

.PHONY: deploy-check
deploy-check: package node_modules/.ready .venv-deploy/.ready ## make the CloudFormation offline, for China and elsewhere, and judge it
	rm -rf build/deploy
	$(call check-stacks,cn-northwest-1,ASCA0000000000000000)
	$(call check-stacks,eu-central-1,arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-0000-0000-000000000000)
	.venv-deploy/bin/checkov --config-file functions/cloud/checkov.yml --framework cloudformation --quiet --compact \
	  --skip-download --file build/deploy/*/*/cloudformation-template-update-stack.json
	$(BIN)/pytest tests/deployment/stack tests/deployment/packing

.PHONY: lock
lock: setup ## write requirements.lock, requirements-deploy.lock and package-lock.json anew
	$(COMPILE) --extra dev -o requirements.lock pyproject.toml
	printf '%s\n' $(DEPLOY_TOOLS) | $(COMPILE) -o requirements-deploy.lock -
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

.PHONY: clean
clean: ## remove what was built; data/ stays
	rm -rf build .venv .venv-deploy node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
