# Every verb is a short call; the work is done by the scripts it names.
.DEFAULT_GOAL := help
.PHONY: help run demo run-service build test test-swift test-e2e test-clients test-sanitized fuzz lint format bench bench-check clean

BINARY := .build/dist/cdp-proxy
SERVICE := .build/dist/session-service
SOURCES := Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## from nothing to a signed-in browser behind an authenticated connectUrl; Ctrl-C stops it
	@scripts/install-packages build demo
	@scripts/build-release
	@exec /usr/bin/python3 deploy/demo/run.py --binary $(BINARY) --service-binary $(SERVICE)

demo: ## the same, ending with exit 0 once the proof has been printed
	@scripts/install-packages build demo
	@scripts/build-release
	@exec /usr/bin/python3 deploy/demo/run.py --binary $(BINARY) --service-binary $(SERVICE) --once

run-service: ## the session service with a token for it, and curl commands shown at work; Ctrl-C stops it
	@scripts/install-packages build demo
	@scripts/build-release
	@exec /usr/bin/python3 deploy/demo/run_service.py --binary $(SERVICE)

build: ## the release binary, stripped: .build/dist/cdp-proxy
	@scripts/install-packages build
	@scripts/build-release

test: test-swift test-e2e ## everything: unit and in-process tests, then end to end with Chromium

test-swift: ## unit and in-process tests; FILTER=SuiteName for some of them
	@scripts/install-packages build test
	@scripts/python-environment
	swift build --build-tests
	PATH="$(CURDIR)/.venv/bin:$$PATH" swift test --skip-build $(if $(FILTER),--filter '$(FILTER)')

test-e2e: ## end to end against the release binary; ONLY=test_gate.py for some of them
	@scripts/install-packages build test
	@scripts/python-environment
	@scripts/client-environments
	@scripts/build-release
	CDP_PROXY_BINARY=$(CURDIR)/$(BINARY) SESSION_SERVICE_BINARY=$(CURDIR)/$(SERVICE) .venv/bin/python -m pytest \
		$(if $(ONLY),Tests/EndToEnd/$(ONLY),-n 2 --dist loadfile Tests/EndToEnd)

test-clients: ## each client of docs/clients.md, those too that are too heavy for `make test` (1.2 GB of packages)
	@scripts/install-packages build test
	@scripts/python-environment
	@scripts/client-environments --all
	@scripts/build-release
	CDP_PROXY_BINARY=$(CURDIR)/$(BINARY) SESSION_SERVICE_BINARY=$(CURDIR)/$(SERVICE) .venv/bin/python -m pytest \
		-m "nightly or not nightly" Tests/EndToEnd/test_client_*.py

test-sanitized: ## everything, in builds that find memory errors, leaks and races; SANITIZER=address (or thread) for one
	@scripts/install-packages build test
	@scripts/python-environment
	@scripts/client-environments
	@for sanitizer in $(or $(SANITIZER),address thread); do scripts/test-sanitized $$sanitizer || exit; done

fuzz: ## random inputs for every parser, each for SECONDS=60; TARGET=frames for one of them (Fuzz/README.md)
	@scripts/install-packages build
	@scripts/fuzz $(or $(SECONDS),60) $(TARGET)

lint: ## formatting, the import rules, size limits, things that must not be committed
	@scripts/install-packages lint
	@scripts/python-environment
	swift format lint --strict --parallel -r $(SOURCES)
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	shellcheck .ci/nightly .ci/run scripts/build-release scripts/check-start-order scripts/client-environments \
		scripts/commit-bodies scripts/fuzz scripts/install-packages scripts/postgres-for-tests \
		scripts/python-environment scripts/test-sanitized
	.venv/bin/python scripts/lint.py

format: ## rewrite the sources in the house format
	@scripts/python-environment
	swift format -i --parallel -r $(SOURCES)
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .

bench: ## side by side with HAProxy, nginx, Node and a minimal relay; OPTIONS="--rounds 1" for a quick look
	@scripts/install-packages build bench
	@scripts/python-environment
	@scripts/build-release
	@.venv/bin/python Benchmarks/run $(OPTIONS)

bench-check: ## what a message and a connection cost inside, held to Benchmarks/thresholds.toml; a quarter of a minute
	@scripts/install-packages build count
	@scripts/build-release
	@Benchmarks/inside --check

clean: ## remove what was built and the Python environments
	rm -rf .build .venv .venv-clients .run
