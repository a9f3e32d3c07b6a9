# Two commands: `make demo` runs the main job on bundled real input, `make test` runs all tests.
# Both install what is missing, configure and build first. Everything else is CMake (CMakePresets.json).
.PHONY: demo test setup
PRESET ?= release

setup:
	@cmake/setup.sh

build/$(PRESET)/build.ninja: | setup
	@cmake --preset $(PRESET)

demo: setup build/$(PRESET)/build.ninja
	@cmake --build --preset $(PRESET) --target vernier
	@build/$(PRESET)/vernier compare digits-int8 --target npu8 --rulers rtl,systemc,analytic,golden,cpu -o out/demo

test: setup build/$(PRESET)/build.ninja
	@cmake --build --preset $(PRESET)
	@ctest --preset $(PRESET)
