# `make help` lists what there is. BUILD_PATH=… builds somewhere else than in .build.
BUILD_PATH ?= .build
SWIFT_BUILD = swift build --scratch-path $(BUILD_PATH)
# Without symbols: the linker drops them. Exclusive access to memory is checked in the debug build's tests.
SWIFT_RELEASE = $(SWIFT_BUILD) --configuration release --static-swift-stdlib -Xlinker -s \
	-Xswiftc -enforce-exclusivity=unchecked
SWIFT_TEST = .ci/in-memory swift test --scratch-path $(BUILD_PATH) --disable-xctest
SOURCES = Sources Tests Package.swift
LIBRARIES = libpq-dev libsqlite3-dev libyaml-dev libssl-dev

.DEFAULT_GOAL := help
.PHONY: help demo build test test-long test-sqlite test-sqlite-versions test-postgres-versions release man deb format lint bench bench-migrations bench-online record libraries server toolchain

help: ## List what make can do.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: libraries toolchain ## Find drift in a small database, make the migration, apply it, check again.
	@.ci/install-packages sqlite3
	@BUILD_PATH=$(BUILD_PATH) fixtures/demo/demo.sh

build: libraries toolchain ## Build for debugging.
	$(SWIFT_BUILD)

test: libraries server toolchain-test ## Run the tests, with a PostgreSQL server that they start themselves.
	$(SWIFT_TEST)

test-long: libraries server toolchain-test ## Run the tests with larger random samples.
	KEDGE_LONG_TESTS=1 $(SWIFT_TEST)

test-sqlite: libraries toolchain-test ## Test with another SQLite: SQLITE=folder of its libsqlite3.so.0.
	LD_LIBRARY_PATH=$(SQLITE):$$LD_LIBRARY_PATH $(SWIFT_TEST) --filter SQLiteEngineTests

test-sqlite-versions: libraries toolchain-test ## Test with SQLite 3.38, 3.46, 3.53 and 3.54, out of Python wheels.
	@.ci/install-packages python3-pip sqlite3 gcc binutils
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && for version in 3.38 3.46 3.53 3.54; do \
		.ci/sqlite-library $$version "$$folder/$$version" \
			&& $(MAKE) test-sqlite SQLITE="$$folder/$$version" || exit 1; \
	done

test-postgres-versions: libraries toolchain-test ## Test with every PostgreSQL that is found, or is in the folders POSTGRES=….
	POSTGRES=$(POSTGRES) .ci/test-postgres-versions $(SWIFT_TEST)

release: libraries toolchain-static ## Build the binary to ship: .build/release/kedge.
	$(SWIFT_RELEASE) --product kedge
	@ls -l $(BUILD_PATH)/release/kedge

man: build ## Write the manual pages to .build/man, from what the commands say with --help.
	@.ci/install-packages python3
	.ci/man $(BUILD_PATH)/debug/kedge $(BUILD_PATH)/man

deb: release ## Pack the binary to ship as .deb and .tar.gz in .build/dist.
	@.ci/install-packages python3 binutils
	.ci/man $(BUILD_PATH)/release/kedge $(BUILD_PATH)/man
	.ci/package $(BUILD_PATH)/release/kedge $(BUILD_PATH)/man $(BUILD_PATH)/dist

format: toolchain-format ## Format the Swift sources in place.
	swift format --in-place --recursive --parallel $(SOURCES)

lint: toolchain-format ## Check the format of the Swift sources.
	swift format lint --strict --recursive --parallel $(SOURCES)

bench: release server ## Measure inspect, pg_dump, the differ, and rebuilds of SQLite tables.
	@.ci/install-packages python3
	$(SWIFT_RELEASE) --product kedge-benchmark
	@KEDGE=$(BUILD_PATH)/release/kedge BENCHMARK=$(BUILD_PATH)/release/kedge-benchmark \
		sh -c 'Tests/Benchmarks/bench.sh && python3 Tests/Benchmarks/sqlite.py'

bench-migrations: release server ## Measure 1,000 migrations against sqlite3 and psql.
	@.ci/install-packages python3
	@KEDGE=$(BUILD_PATH)/release/kedge Tests/Benchmarks/migrations.sh

bench-online: release server ## Measure how long clients wait while changes are applied, online and plain.
	@.ci/install-packages python3
	@KEDGE=$(BUILD_PATH)/release/kedge Tests/Benchmarks/online.sh
	@KEDGE=$(BUILD_PATH)/release/kedge Tests/Benchmarks/online.sh --reader

record: libraries server toolchain-test ## Record the golden files of fixtures/ anew; look at the diff.
	RECORD=1 $(SWIFT_TEST) || true
	git diff --stat -- fixtures

libraries:
	@.ci/install-packages $(LIBRARIES)

# Any version of the server will do.
server:
	@.ci/install-packages sqlite3
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || .ci/install-packages postgresql

toolchain:
	@.ci/check-toolchain

toolchain-%:
	@.ci/check-toolchain $*
