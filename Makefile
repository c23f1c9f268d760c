# Each target is a script or a CMake preset; the logic is in those.
.PHONY: run build test test-clients test-all bench soak

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

# Runs `make test`, and what takes hours or needs clang, podman and root: soak, fuzzing, images. Also
# generated requests without a zygote, which differ from those with one in the start of a session.
test-all: test soak
	DYNSESSIONS_NO_ZYGOTE=1 build/test-python/bin/python3 -m pytest -q tests/contract/test_generated.py
	tests/fuzz/run.sh 60
	tests/docker/build_images.sh server
	build/test-python/bin/python3 tests/docker/run.py

bench: build
	tests/bench/run.sh

# Creates and expires 20,000 sessions and counts what they leave behind.
soak: build
	tests/create_environment.sh build/test-python
	tests/soak/run.sh
