# make run builds and serves the page; make test runs every test. Both install what is missing, into .tools
# where it can be, and say what they are doing. `make help` lists the rest.

TRUNK_VERSION := 0.21.14
WASM_BINDGEN_VERSION := 0.2.130
BINARYEN_VERSION := 132.0.0
ADDR ?= 127.0.0.1:8080

ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
TOOLS := $(ROOT).tools
export PATH := $(TOOLS)/bin:$(TOOLS)/node_modules/.bin:$(PATH)
# The browser tests look for the same (tests/browser/help.mjs).
BROWSERS := chromium chromium-browser google-chrome
SAY := printf '\033[1m==> %s\033[0m\n'
# Build tools are used for minutes: compiled without optimisation they are ready several times sooner.
INSTALL := CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
	CARGO_PROFILE_RELEASE_DEBUG=0 cargo install --quiet --root $(TOOLS) --target-dir $(TOOLS)/build

.PHONY: help run test dev bench lint fmt page profile native setup browser-setup unit browser shots clean distclean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: page native ## build everything and serve the page on http://127.0.0.1:8080, or on ADDR
	@$(SAY) "Capas: http://$(ADDR)  (Ctrl-C stops it)"
	@target/release/capas serve --addr $(ADDR)

test: page unit browser ## run every test, the browser's too

unit: ## Rust's tests: transcripts, figures, properties, lessons, tidy
	@$(SAY) "Rust tests"
	cargo test --quiet --no-fail-fast
	cargo test --quiet --release --manifest-path tools/split/Cargo.toml --target-dir target/split

browser: page browser-setup ## the page's tests in headless Chromium
	@$(SAY) "Browser tests"
	cd tests/browser && npm test --silent

shots: page browser-setup ## screenshots of the page into target/shots
	cd tests/browser && node shots.mjs

dev: setup ## the page on ADDR, rebuilt and reloaded as you edit
	addr='$(ADDR)'; trunk serve --address "$${addr%:*}" --port "$${addr##*:}"

bench: page browser-setup ## sizes and speeds, with the peers measured in the same run
	@$(SAY) "Benchmarks"
	cargo bench --quiet
	cd tests/browser && node bench.mjs

lint: setup ## what CI refuses: formatting, clippy on both targets
	cargo fmt --check
	cargo fmt --check --manifest-path tools/split/Cargo.toml
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --target wasm32-unknown-unknown -- -D warnings
	cargo clippy --quiet --manifest-path tools/split/Cargo.toml --target-dir target/split --all-targets -- -D warnings

fmt: ## format the code
	cargo fmt
	cargo fmt --manifest-path tools/split/Cargo.toml

page: setup ## build the WASM app into dist/
	@$(SAY) "Page"
	trunk build --offline --release

profile: setup browser-setup ## find anew what the page needs to start, into www/first.txt
	@$(SAY) "Profile"
	CAPAS_SPLIT=marked trunk build --offline --release --dist target/profile
	cd tests/browser && CAPAS_DIST=$(ROOT)target/profile node profile.mjs

native: ## build the native program, with the page embedded where it was built
	@$(SAY) "Native program"
	cargo build --quiet --release

setup: .tools/ready

.tools/ready: $(firstword $(MAKEFILE_LIST))
	@$(SAY) "Build tools into .tools (once; some minutes)"
	@mkdir -p $(TOOLS)
	@rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null | xargs -I{} sh -c 'ls {}/libstd-*.rlib' >/dev/null 2>&1 \
		|| rustup target add wasm32-unknown-unknown
	@trunk --version 2>/dev/null | grep -qF " $(TRUNK_VERSION)" || { $(SAY) "trunk $(TRUNK_VERSION)"; $(INSTALL) --locked trunk@$(TRUNK_VERSION); }
	@wasm-bindgen --version 2>/dev/null | grep -qF " $(WASM_BINDGEN_VERSION)" \
		|| { $(SAY) "wasm-bindgen $(WASM_BINDGEN_VERSION)"; $(INSTALL) --locked wasm-bindgen-cli@$(WASM_BINDGEN_VERSION) \
		|| $(INSTALL) wasm-bindgen-cli@$(WASM_BINDGEN_VERSION); }
	@test -x $(TOOLS)/node_modules/.bin/wasm-opt \
		|| { $(SAY) "wasm-opt (binaryen $(BINARYEN_VERSION))"; npm install --silent --no-save --prefix $(TOOLS) binaryen@$(BINARYEN_VERSION); }
	@rm -rf $(TOOLS)/build
	@touch $@

browser-setup: tests/browser/node_modules/.ready

tests/browser/node_modules/.ready: tests/browser/package.json tests/browser/package-lock.json
	@$(SAY) "Browser test tools"
	@test -n "$$CHROMIUM" || { for name in $(BROWSERS); do command -v $$name && break; done; } >/dev/null || \
		{ test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } || \
		{ echo "please install Chromium, or name it in the variable CHROMIUM"; exit 1; }
	cd tests/browser && npm ci --silent
	@touch $@

clean: ## remove what was built
	rm -rf target dist

distclean: clean ## remove the build tools too
	rm -rf .tools tests/browser/node_modules
