# SPDX-License-Identifier: MIT
# deadpeer
#   make run     set up, build, run every scenario, print the table
#   make check   set up, build, all tests: C units plain and under sanitizers, then end to end
#   make bench   set up, build, print the benchmark ratios
#   make lint    set up, clang-tidy and cppcheck
#   make study   set up, build, run the whole catalogue on three kernels, write results/STUDY.md
#   make study-render   write it again from the records it came from
#   make         build only; MODE=release (default), debug or asan
MODE ?= release
BUILD := build/$(MODE)
CC := gcc
PYTHON := /usr/bin/python3
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

PKGS := libnl-route-3.0 libnl-3.0 libfyaml jansson zlib
CPPFLAGS := -I. -Iharness -D_GNU_SOURCE $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS := -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -g -pthread
LIBS := $(shell pkg-config --libs --static $(PKGS) 2>/dev/null) -lm

ifeq ($(MODE),release)
CFLAGS += -O2
# libnl could look names up through NSS, which a static program cannot; nothing here asks it to.
LINK_MODE := -static -s -Wl,--no-warnings
else ifeq ($(MODE),debug)
CFLAGS += -O0
LINK_MODE := -static -Wl,--no-warnings
else ifeq ($(MODE),asan)
CFLAGS += -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LINK_MODE :=
else
$(error MODE is release, debug or asan)
endif
ifdef CI
CFLAGS += -Werror
endif

ROOMS := base record theory lab method fault peers scenario plan trial engine report cli
LIB_SRC := $(wildcard netns/*.c) $(foreach r,$(ROOMS),$(wildcard harness/$(r)/*.c)) \
	$(wildcard harness/engine/virtual/*.c)
MAIN_SRC := harness/cli/main.c
LIB_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAIN_SRC),$(LIB_SRC)))
GUEST_OBJ := $(BUILD)/harness/engine/virtual/guest_image.o
PAGE_OBJ := $(BUILD)/harness/report/page_files.o
LIB_OBJ += $(GUEST_OBJ) $(PAGE_OBJ)
MAIN_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(MAIN_SRC))
TEST_SRC := $(wildcard netns/tests/*.c) $(foreach r,$(ROOMS),$(wildcard harness/$(r)/tests/*.c))
TEST_SRC += harness/tests/unit_main.c
TEST_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(TEST_SRC))

# V=1 shows the whole commands.
ifeq ($(V),1)
say =
Q :=
else
say = @echo "  $(1) $@"
Q := @
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# The set-up may install what the flags above asked pkg-config for: build in a second make, with as
# many compilers as there are processors, unless somebody has said -j.
SECOND = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
.PHONY: run check bench lint
run check bench lint:
	@harness/setup.sh $@
	@+$(SECOND) do-$@

# A study that was interrupted goes on: what is done stays in build/study until the program or a
# scenario changes.
STUDY_PHASES ?= 1
STUDY_POINTS ?= 24
STUDY := PYTHONPATH=harness/py $(PYTHON) -B -m study
.PHONY: study study-render do-study
study study-render:
	@harness/setup.sh study
	@+$(SECOND) VERSION=study do-$@
# The version is fixed, for a guest's clock counts the instructions that print it.
do-study: all
	$(STUDY) run --deadpeer $(BUILD)/deadpeer --phases $(STUDY_PHASES) --points $(STUDY_POINTS) \
		--parts build/study
	$(STUDY) render
.PHONY: do-study-render
do-study-render:
	$(STUDY) render

.PHONY: do-run do-check do-bench do-lint
do-run: all
	@$(BUILD)/deadpeer run $(ARGS) scenarios

do-check: all $(BUILD)/unit-tests
	@$(MAKE) --no-print-directory MODE=asan build/asan/unit-tests
	UBSAN_OPTIONS=print_stacktrace=1 build/asan/unit-tests
	$(BUILD)/unit-tests
	BUILD=$(BUILD) $(PYTHON) -B -m pytest -p no:cacheprovider harness/tests

do-bench: all $(BUILD)/bench-lab
	@$(PYTHON) -B harness/tests/bench.py --build $(BUILD)
	@$(PYTHON) -B harness/tests/bench_virtual.py --build $(BUILD)

# clang-tidy looks again at what is compiled anew, cppcheck at what has changed.
LINT_SRC := $(LIB_SRC) $(MAIN_SRC)
LINT := $(patsubst %.c,$(BUILD)/%.tidy,$(LINT_SRC))
do-lint:
	@mkdir -p $(BUILD)/cppcheck
	@$(MAKE) --no-print-directory -k tidy
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--cppcheck-build-dir=$(BUILD)/cppcheck -j$$(nproc) \
		--inline-suppr --suppressions-list=.cppcheck -I. -Iharness $(LINT_SRC)
.PHONY: tidy
tidy: $(LINT)
# One file at a time: clang-tidy 14 carries va_list state from one file into the next.
$(BUILD)/%.tidy: $(BUILD)/%.o .clang-tidy
	$(call say,TIDY)
	$(Q)clang-tidy --quiet $*.c -- $(CPPFLAGS) -std=gnu11 -DDEADPEER_VERSION='"lint"'
	@touch $@

.PHONY: all
all: $(BUILD)/deadpeer $(BUILD)/deadpeer-client $(BUILD)/deadpeer-server

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/deadpeer: $(MAIN_OBJ) $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LINK_MODE) -o $@ $^ $(LIBS)

# The guest's init travels inside the binary: static, and free of the sanitizers.
$(BUILD)/deadpeer-init: $(wildcard harness/engine/virtual/guest/*.[ch]) harness/engine/virtual/box.h
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -I. -Iharness -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Os -static -s -o $@ $(filter %.c,$^)

$(GUEST_OBJ): harness/engine/virtual/guest_image.S $(BUILD)/deadpeer-init
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -DGUEST_INIT='"$(BUILD)/deadpeer-init"' -c -o $@ $<

# The report page's sources do too.
PAGE := harness/report/page/
$(PAGE_OBJ): harness/report/page_files.S harness/report/page_files.h $(wildcard $(PAGE)*.* $(PAGE)vendor/*.*)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -Iharness -Wa,-I$(PAGE) -c -o $@ $<

# What the virtual engine's unit tests run in a guest: static and free of the sanitizers.
PAYLOAD := build/virtual-payload
PAYLOAD_SRC := $(wildcard harness/engine/virtual/payload/*.c)
$(PAYLOAD): $(PAYLOAD_SRC) $(wildcard harness/engine/virtual/payload/*.h)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) -std=gnu11 -Wall -Wextra -O2 -static -Wl,--no-warnings -o $@ $(PAYLOAD_SRC) $(LIBS)
$(BUILD)/harness/engine/tests/%.o: CPPFLAGS += -DVIRTUAL_PAYLOAD='"$(PAYLOAD)"'
$(BUILD)/unit-tests: | $(PAYLOAD)

# The version changes with every commit, its object only when the text does.
$(BUILD)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
$(BUILD)/harness/cli/version.o: $(BUILD)/version
$(BUILD)/harness/cli/version.o: CPPFLAGS += -DDEADPEER_VERSION='"$(VERSION)"'
.PHONY: FORCE
FORCE:

# One file, three names: the program is chosen by argv[0].
$(BUILD)/deadpeer-client $(BUILD)/deadpeer-server: $(BUILD)/deadpeer
	ln -sf deadpeer $@

$(BUILD)/unit-tests: $(TEST_OBJ) $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(LIBS) -lcriterion

$(BUILD)/bench-lab: $(BUILD)/harness/tests/bench_lab.o $(LIB_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LINK_MODE) -o $@ $^ $(LIBS)

-include $(BUILD)/harness/tests/bench_lab.d $(LIB_OBJ:.o=.d) $(MAIN_OBJ:.o=.d) $(TEST_OBJ:.o=.d)

.PHONY: clean
clean:
	rm -rf build
