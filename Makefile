# `make help` lists what there is. `make test` is the one command that checks everything.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

GO ?= go
# A folder per Go version: a linter built with an older one cannot read what a newer one compiles.
BIN := .bin/$(shell $(GO) env GOVERSION)

# The address of `make dev`, and of the demo behind it.
DEV ?= 127.0.0.1:7331
DEMO ?= 127.0.0.1:8080
# How long `make fuzz` spends on each target.
FUZZTIME ?= 30s
# What `make chaos` begins its random numbers with, and how long it takes.
SEED ?= 1
LENGTH ?= 2m

STEP := tools/step

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: needs fresh tidy format lint vet newest unit ## install what tests need and check everything

.PHONY: needs
needs: ## install what tests need (Debian: a C compiler, Chromium, nginx, PostgreSQL)
	@$(STEP) 'needs' 'install what it names by hand, then try again' tools/needs

.PHONY: fresh
fresh: ## are the generated files up to date and the templates formatted?
	@$(STEP) 'generated code and templates' 'run `make fmt gen` and commit the result' tools/fresh '$(GO)'

.PHONY: tidy
tidy:
	@$(STEP) 'go.mod' 'run `tools/each go mod tidy` and commit the result' tools/each $(GO) mod tidy -diff

.PHONY: format
format: $(BIN)/gofumpt
	@$(STEP) 'formatting' 'run `make fmt`' tools/format $(BIN)/gofumpt

.PHONY: lint
lint: $(BIN)/golangci-lint ## run the linters, which hold the import table too
	@$(STEP) 'lint' 'mend what is said above; the rules are in .golangci.yml' tools/each $(BIN)/golangci-lint run

.PHONY: vet
vet:
	@$(STEP) 'vet' 'mend what is said above' tools/each $(GO) vet ./...

.PHONY: newest
newest: ## build against the newest releases, and the README's counter from nothing
	@$(STEP) 'the newest releases' 'a release that we need has changed: `go get` it, `make gen`, and fix what it breaks' tools/newest '$(GO)'

.PHONY: unit
unit: ## run the Go tests alone, those in the browser among them
	@$(STEP) 'tests' 'repeat one with `go test -race -run NAME ./PACKAGE`, and with the `-shuffle` number printed above if it fails only now and then' \
		tools/unit '$(GO)'

# From here and nowhere else: the generated code names its template by the path from where templ was run.
.PHONY: gen
gen: ## write the Go code of the templates
	$(GO) tool templ generate -log-level=warn

.PHONY: fmt
fmt: $(BIN)/gofumpt ## format Go code and templates
	tools/templates '$(GO)'
	$(BIN)/gofumpt -w .

.PHONY: dev
dev: ## run the demo, rebuilt and reloaded at each change
	@echo 'The demo is at http://$(DEV); stop it with Ctrl-C.'
	$(GO) tool templ generate -watch -proxy=http://$(DEMO) -proxybind=$(firstword $(subst :, ,$(DEV))) -proxyport=$(lastword $(subst :, ,$(DEV))) \
		-open-browser=false -cmd='$(GO) run ./cmd/demo -addr $(DEMO)'

.PHONY: bench
bench: ## measure against the floor and print the table (about ten minutes)
	$(GO) run ./bench

.PHONY: paint
paint: needs ## measure in Chromium how long the table's operations take until they are painted
	$(GO) run ./bench/paint

.PHONY: browsers
browsers: ## install Firefox and WebKitGTK, and drive the demo's main pages in them (a minute)
	@$(STEP) 'needs' 'install what it names by hand, then try again' tools/needs browsers
	@$(STEP) 'other browsers' 'repeat one with `BROWSERS=1 go test -run NAME ./e2e/engines`' env BROWSERS=1 $(GO) test -count=1 ./e2e/engines

.PHONY: picture
picture: needs ## record docs/demo.gif, the moving picture of the README
	$(GO) run ./e2e/record docs/demo.gif

.PHONY: chaos
chaos: ## drive 200 pages while all around them fails, with SEED (1) for LENGTH (2m)
	SEED=$(SEED) LENGTH=$(LENGTH) PAGES=200 BROWSERS=10 $(GO) test -count=1 -timeout=0 -v -run TestPagesSurviveEverything ./e2e/chaos

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (30s)
	@tools/fuzz '$(GO)' '$(FUZZTIME)'

$(BIN)/gofumpt $(BIN)/golangci-lint &: tools/go.mod tools/go.sum
	@$(STEP) 'tools' 'they are built from source through the Go module proxy; is it reachable?' tools/build '$(GO)' $(BIN)
