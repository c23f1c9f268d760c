# Each target is a script or a CMake preset; the logic is in those.
.PHONY: run build test bench soak

PRESET ?= release

run: build
	./build/release/dynsessions $(ARGS)

build:
	.ci/install
	cmake --preset release >build/configure.log
	cmake --build --preset release --target dynsessions
	sandbox/agents/python/create_environment.sh build/python

test:
	.ci/test $(PRESET)

bench: build
	tests/bench/run.sh

soak: build
	tests/create_environment.sh build/test-python
	tests/soak/run.sh
