# Each target is a script or a CMake preset; the logic is in those.
.PHONY: run build test bench soak

PRESET ?= release

# Without `dynsessions conform`, which a first answer does not need.
run:
	.ci/build release dynsessions
	./build/release/dynsessions $(ARGS)

build:
	.ci/build release dynsessions dynsessions-conform

test:
	.ci/test $(PRESET)

bench: build
	tests/bench/run.sh

soak: build
	tests/create_environment.sh build/test-python
	tests/soak/run.sh
