# Each target is a script or a CMake preset; the logic is in those.
.PHONY: run build test test-clients test-all bench soak format lint check

PRESET ?= release

# Builds the server and starts it: make run ARGS="--port 8080". Without `dynsessions conform`, which
# a first answer does not need.
run:
	.ci/build release dynsessions
	./build/release/dynsessions $(ARGS)

build:
	.ci/build release dynsessions dynsessions-conform

# Builds everything and runs every test; PRESET=asan or tsan with sanitizers. See CONTRIBUTING.md.
test:
	.ci/test $(PRESET)

# Runs the third-party clients, unmodified, against the server: all of them, each with packages of its
# own. Their table: build/test-python/bin/python3 tests/clients/table.py
test-clients: build
	tests/create_environment.sh build/test-python
	build/test-python/bin/python3 -m pytest -q tests/clients --all-clients

# Runs `make test`, and what takes long or needs clang, podman and root: everything that runs programs
# once more without a zygote (attacks, conformance cases, generated requests), soak, fuzzing, images.
test-all: test soak
	DYNSESSIONS_NO_ZYGOTE=1 build/test-python/bin/python3 -m pytest -q -n 4 -k "not restricted" \
	  --attack-report build/attack-report-no-zygote.json tests/sandbox tests/contract tests/conformance
	tests/fuzz/run.sh 60
	tests/docker/build_images.sh server
	build/test-python/bin/python3 tests/docker/run.py

bench: build
	tests/bench/run.sh

# Creates and expires 20,000 sessions and counts what they leave behind.
soak: build
	tests/create_environment.sh build/test-python
	tests/soak/run.sh

# Formats C++ and Python.
format:
	.ci/lint --fix

# Checks format, Python and words; takes seconds.
lint:
	.ci/lint

# Checks what a change should pass before its tests over HTTP: lint, clang-tidy, the C++ tests.
check: lint
	EXTRA_PACKAGES=clang-tidy-14 .ci/install
	cmake --preset dev >build/configure.log && cmake --build --preset dev
	git ls-files -z 'emulator/*.cpp' 'sandbox/*.cpp' | xargs -0 -n 4 -P 2 clang-tidy-14 -p build/dev --quiet
	ctest --preset dev --parallel 4
