# concbench: make help lists the targets.
#
# Objects lie under build/$(MODE)/; every object depends on the flags and the compiler it was built
# with, so that no figure comes from a stale one. CC, CFLAGS and LDFLAGS are the user's.
#
# What is installed is found out by recipes, never while this file is read: in `make deps bench` the
# first goal installs what the second one needs.

VERSION  := 0.1.0
MODE     ?= release
CC       ?= cc
AR       ?= ar
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
BUILD    := build/$(MODE)
WERROR   ?=

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
            -Wstrict-prototypes -Wmissing-prototypes -Wvla
OWN_CFLAGS   = -std=gnu17 -D_GNU_SOURCE -I. -Imodels/async/switch/$(SWITCH) $(WARNINGS) -pthread
ALL_CFLAGS   = $(OWN_CFLAGS) $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS  = -pthread -Wl,-z,now $(LDFLAGS) $(SANITIZE)
LIBS        := -lm -ldl
TEST_LIBS   := -lssl -lcrypto

SANITIZE :=
ifeq ($(MODE),asan)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
ifeq ($(MODE),tsan)
SANITIZE := -fsanitize=thread
endif

ASYNC_SRC := $(wildcard models/async/*.c models/async/*/*.c)
ASYNC_SRC := $(filter-out models/async/examples/%,$(ASYNC_SRC))
# The stack switch is chosen by file; without a compiler yet, the machine's own name decides.
ARCH      := $(firstword $(shell $(CC) -dumpmachine 2>/dev/null | cut -d- -f1) $(shell uname -m))
SWITCH    ?= $(if $(wildcard models/async/switch/$(ARCH)),$(ARCH),ucontext)
EXAMPLES  := $(wildcard models/async/examples/*.c)
SOURCES   := $(ASYNC_SRC) $(EXAMPLES) $(wildcard models/*.c models/threads/*.c models/processes/*.c \
             harness/*.c harness/*/*.c bench/*.c bench/*/*.c)
MAIN      := harness/cli/main.c
OWN_MAIN  := harness/own/main.c
LIB_SRC   := $(filter-out $(MAIN) $(OWN_MAIN),$(SOURCES))
TEST_SRC  := $(shell find tests -name 'test_*.c' 2>/dev/null | sort)
LONG_SRC  := $(shell find tests -name 'long_*.c' 2>/dev/null | sort)
TEST_AID  := tests/main.c $(filter-out tests/main.c,$(wildcard tests/*.c))

obj       = $(patsubst %.c,$(BUILD)/%.o,$(1))
quote     = '$(subst ','\'',$(1))'
LIB_OBJ   := $(call obj,$(LIB_SRC))
MAIN_OBJ  := $(call obj,$(MAIN))
VERSION_OBJ := $(BUILD)/version.o
TESTS     := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
LONGS     := $(patsubst %.c,$(BUILD)/%,$(LONG_SRC))

# One short line per file; V=1 shows the whole command, -s nothing.
ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
say = @:
run = @
else ifdef V
say = @:
run =
else
say = @printf '  %-4s %s\n'
run = @
endif

# With the goal `deps` beside others, everything that looks at the machine waits for it.
AFTER_DEPS := $(filter deps,$(MAKECMDGOALS))

# A recipe that failed leaves no half of its file behind.
.DELETE_ON_ERROR:

all: concbench ## build ./concbench

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

deps: ## install what is needed to build and run (Debian, Ubuntu)
	@scripts/deps packages.txt

# ./concbench is the release build, whatever else is built beside it.
ifeq ($(MODE),release)
concbench: $(BUILD)/concbench
	@ln -sf $< $@
else
concbench: $(BUILD)/concbench
endif

# Required libraries or a clear message; optional ones as flags.
$(BUILD)/detected: FORCE | $(AFTER_DEPS)
	@mkdir -p $(@D)
	@scripts/detect $(call quote,$(CC)) $@

$(BUILD)/flags: FORCE $(BUILD)/detected | $(AFTER_DEPS)
	@mkdir -p $(@D)
	@{ printf '%s\n' $(call quote,$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)); cat $(BUILD)/detected; \
		$(CC) --version | head -n 1; } > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/version.c: FORCE | $(AFTER_DEPS)
	@mkdir -p $(@D)
	@scripts/version $(VERSION) $(MODE) $(call quote,$(CC)) $(call quote,$(ALL_CFLAGS) $(ALL_LDFLAGS)) > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

compile = $(CC) $(ALL_CFLAGS) $$(sed -n 's/^cflags //p' $(BUILD)/detected) $(WERROR) -MMD -MP -c $< -o $@
libs    = $$(sed -n 's/^libs //p' $(BUILD)/detected) $(LIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(run)$(compile)

# What this object takes in whole does not show in its dependencies.
$(BUILD)/harness/report/html_assets.o: $(wildcard harness/report/assets/*)

$(VERSION_OBJ): $(BUILD)/version.c $(BUILD)/flags
	$(run)$(compile)

$(BUILD)/libconcbench.a: $(LIB_OBJ)
	@rm -f $@
	$(say) AR $@
	$(run)$(AR) rcs $@ $^

$(BUILD)/concbench: $(MAIN_OBJ) $(VERSION_OBJ) $(BUILD)/libconcbench.a
	$(say) LD $@
	$(run)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(libs)

objects: $(MAIN_OBJ) $(VERSION_OBJ) $(BUILD)/libconcbench.a

# A test file may say which calls it makes fail: a line "/* wrap: fork pthread_create */". A new commit
# alone does not link the tests anew: the version is an order-only prerequisite.
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(call obj,$(TEST_AID)) $(BUILD)/libconcbench.a | $(VERSION_OBJ)
	$(say) LD $@
	$(run)$(CC) $(ALL_LDFLAGS) $$(sed -n 's:^/\* wrap\: \(.*\) \*/:\1:p' tests/$*.c | tr ' ' '\n' | sed 's/^\(..*\)/-Wl,--wrap=\1/') \
		-o $@ $< $(call obj,$(TEST_AID)) $(BUILD)/libconcbench.a $(VERSION_OBJ) $(libs) \
		$$(sed -n 's/^check //p' $(BUILD)/detected) \
		-Wl,--as-needed $(TEST_LIBS) $$(sed -n 's/^test-libs //p' $(BUILD)/detected)

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/flags | check-found
	@mkdir -p $(@D)
	$(say) CC $<
	$(run)$(compile)

check-found: $(BUILD)/detected
	@grep -q '^check ' $< || { echo 'make: the tests need check (install it with: make deps)' >&2; exit 2; }

tests-linked: $(TESTS) $(LONGS)

test: $(TESTS) concbench ## run all quick tests (at most 60 s)
	@scripts/test $(TESTS)

check: test ## same as test

test-long: $(LONGS) concbench guests ## the long tests: fuzz, kills and soak
	@scripts/test $(LONGS)

bench: concbench ## measure and print the comparison tables (3 minutes; EFFORT=smoke for a try)
	@scripts/bench

report: concbench ## print the tables of the latest run again
	@./concbench report

BASE ?= origin/main
REGRESS_FLAGS ?=

regress: concbench ## is the working tree slower than BASE=origin/main? (5 minutes; REGRESS_FLAGS for more)
	@CC=$(call quote,$(CC)) CFLAGS=$(call quote,$(CFLAGS)) LDFLAGS=$(call quote,$(LDFLAGS)) \
		./concbench compare $(call quote,git:$(BASE)) $(REGRESS_FLAGS)

install: concbench ## copy to $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/concbench
	install -m 755 $(BUILD)/concbench $(DESTDIR)$(PREFIX)/bin/concbench
	install -m 644 README.md METHOD.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/concbench
	BUILD=$(BUILD) scripts/install-manual $(DESTDIR)$(PREFIX)/share
	install -d $(DESTDIR)$(PREFIX)/share/concbench/guests/python
	install -m 755 guests/python/guest.py guests/python/guest-nogil guests/python/generators.py \
		$(DESTDIR)$(PREFIX)/share/concbench/guests/python
	install -m 644 guests/python/work.py guests/python/loop.py guests/python/blocking.py \
		$(DESTDIR)$(PREFIX)/share/concbench/guests/python

asan: ## build and test under ASan and UBSan
	$(MAKE) MODE=asan test

# What crosses threads. Left out: processes, of which TSan knows nothing, and the parts of async that
# run on one thread.
tsan: ## build and test what crosses threads under TSan
	$(MAKE) MODE=tsan tsan-tests

TSAN_TESTS := $(filter $(BUILD)/tests/models/test_% $(BUILD)/tests/models/threads/% $(BUILD)/tests/models/async/%,$(TESTS))
TSAN_TESTS := $(filter-out $(addprefix $(BUILD)/tests/models/async/test_,generator lectures_generators \
              lectures_pipelines stack stackless stackless_frames switch task),$(TSAN_TESTS))

tsan-tests: $(TSAN_TESTS)
	@scripts/test $(TSAN_TESTS)

crosscheck: concbench ## compare our figures with those of other programs
	@scripts/crosscheck

# Peers stand alone and are built with our flags; what drives a comparison links our library.
$(BUILD)/peers/%_drive: $(BUILD)/peers/%_drive.o $(BUILD)/libconcbench.a | $(VERSION_OBJ)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/libconcbench.a $(VERSION_OBJ) $(libs)

$(BUILD)/peers/%: $(BUILD)/peers/%.o
	$(CC) $(ALL_LDFLAGS) -o $@ $<

bench-echo: $(BUILD)/peers/echo_drive $(BUILD)/peers/echo_epoll ## our echo server's CPU per request against a bare loop's
	@scripts/bench-echo

SERVERS_PEERS := echo_drive echo_epoll echo_uv echo_threads echo_processes

bench-servers: concbench $(SERVERS_PEERS:%=$(BUILD)/peers/%) ## our servers and generator beside bare ones, libuv, nginx and wrk: all ratios and targets
	@BUILD=$(BUILD) scripts/bench-servers

bench-http: concbench ## our HTTP server and generator beside nginx and wrk: ratios and targets
	@scripts/bench-http

.PHONY: bench-http bench-servers

# --- models/async as a library, and the runtime comparison ---------------------------------------

ASYNC_LIB     := $(BUILD)/libconcasync.a
ASYNC_HEADERS := models/model.h $(wildcard models/async/*.h) models/async/switch/$(SWITCH)/context.h

$(ASYNC_LIB): $(call obj,$(ASYNC_SRC))
	@rm -f $@
	$(say) AR $@
	$(run)$(AR) rcs $@ $^

install: install-async
install-async: $(ASYNC_LIB) ## copy models/async as a library
	for header in $(ASYNC_HEADERS); do \
		install -D -m 644 $$header $(DESTDIR)$(PREFIX)/include/concasync/$$header || exit 1; done
	install -D -m 644 $(ASYNC_LIB) $(DESTDIR)$(PREFIX)/lib/libconcasync.a
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@SWITCH@|$(SWITCH)|' \
		-e "s|@LIBS@|$$(sed -n 's/^libs //p' $(BUILD)/detected | grep -ow -- luring | sed 's/^/-/')|" \
		models/async/concasync.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/concasync.pc

# One's own benchmarks: everything but our workloads, and a main that takes a table of cases.
OWN_OBJ := $(call obj,$(OWN_MAIN) $(filter-out bench/%,$(LIB_SRC)))

$(BUILD)/own/libconcbench.a: $(OWN_OBJ) $(VERSION_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(say) AR $@
	$(run)$(AR) rcs $@ $^

install: install-own
install-own: $(BUILD)/own/libconcbench.a ## copy the library for one's own benchmarks
	install -D -m 644 harness/concbench.h $(DESTDIR)$(PREFIX)/include/concbench.h
	install -D -m 644 $(BUILD)/own/libconcbench.a $(DESTDIR)$(PREFIX)/lib/libconcbench.a
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		-e "s|@LIBS@|$$(sed -n 's/^libs //p' $(BUILD)/detected | tr '\n' ' ') $(LIBS)|" \
		harness/concbench.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/concbench.pc

# Guests in compiled languages; one whose toolchain is missing is left out, and how to get it is said.
GUESTS := build/release/guests/go build/release/guests/cpp

guests: $(GUESTS) ## build guests/go and guests/cpp where their toolchains are installed

leave_guest_out = 2>$(abspath $@).log || { echo "guests/$(@F) is left out: $$(head -n 1 $(abspath $@).log)"; \
	rm -f $(abspath $@); \
	echo "  (Debian, Ubuntu: apt-get install $(1))"; }

build/release/guests/go: $(wildcard guests/go/*.go) guests/go/go.mod | $(AFTER_DEPS)
	@mkdir -p $(@D)
	$(say) GO guests/go
	@cd guests/go && go build -buildvcs=false -o $(abspath $@) . $(call leave_guest_out,golang-go)

build/release/guests/cpp: $(wildcard guests/cpp/*.cpp guests/cpp/*.h) $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CXX guests/cpp
	@$(CXX) -std=c++20 -Wall -Wextra -Wshadow -pthread $(CFLAGS) -o $@ $(filter %.cpp,$^) $(LDFLAGS) -lcrypto \
		$(call leave_guest_out,g++ libboost-dev libssl-dev)

.PHONY: guests

# A peer that cannot be built here is left out, and said so; bench-runtime then skips its rows.
or_leave_out = 2>$@.log || { echo "$(@F) is left out: $$(head -n 1 $@.log)"; rm -f $@; }

$(BUILD)/peers/async $(BUILD)/peers/async_sleep: $(BUILD)/peers/%: $(BUILD)/peers/%.o $(ASYNC_LIB)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/peers/st: PEER_LIBS := -lst
$(BUILD)/peers/echo_uv: PEER_LIBS := -luv
$(BUILD)/peers/echo_uring: PEER_LIBS := -luring
$(BUILD)/peers/st $(BUILD)/peers/echo_uv $(BUILD)/peers/echo_uring: $(BUILD)/peers/%: peers/%.c \
		peers/peer.h peers/echo.h $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) $(PEER_LIBS) $(or_leave_out)

$(BUILD)/peers/fcontext: peers/fcontext.cpp peers/peer.h $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CXX) -I. -pthread $(CFLAGS) -o $@ $< $(LDFLAGS) -lboost_context $(or_leave_out)

$(BUILD)/peers/sleep_go: peers/sleep.go
	@mkdir -p $(@D)
	@go build -o $@ $< $(or_leave_out)

# What guests-check has hyperfine time beside the guests.
$(BUILD)/peers/plain_go: peers/plain.go
	@mkdir -p $(@D)
	@go build -o $@ $< $(or_leave_out)

$(BUILD)/peers/plain_cpp: peers/plain.cpp $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CXX) -std=c++20 -pthread $(CFLAGS) -o $@ $< $(LDFLAGS) -lcrypto $(or_leave_out)

guests-check: concbench guests $(BUILD)/peers/plain_go $(BUILD)/peers/plain_cpp ## guests beside plain programs that hyperfine times (5 minutes)
	@scripts/guests-check

.PHONY: guests-check

RUNTIME_PEERS := async async_sleep pool nanosleep st fcontext sleep_go echo_drive echo_epoll echo_uring echo_uv

bench-runtime: $(RUNTIME_PEERS:%=$(BUILD)/peers/%) ## models/async against its peers: ratios and targets
	@BUILD=$(BUILD) scripts/bench-runtime

.PHONY: install-async install-own bench-runtime

# --- the thread and process families against their peers ------------------------------------------

$(BUILD)/peers/models: $(BUILD)/peers/models.o $(BUILD)/libconcbench.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^

$(BUILD)/peers/pool_uv: PEER_LIBS := -luv
$(BUILD)/peers/pool_glib: PEER_LIBS = $(shell pkg-config --cflags --libs glib-2.0 2>/dev/null)
$(BUILD)/peers/pool_uv $(BUILD)/peers/pool_glib: $(BUILD)/peers/%: peers/%.c peers/models.h \
		peers/peer.h $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) $(PEER_LIBS) $(or_leave_out)

MODELS_PEERS := models bare pool_uv pool_glib

bench-models: $(MODELS_PEERS:%=$(BUILD)/peers/%) ## threads and processes against their peers: ratios and targets
	@BUILD=$(BUILD) scripts/bench-models

.PHONY: bench-models

# --- aarch64: models/async cross-compiled, its tests under qemu-user -------------------------------

# The tests that need nothing but libc; check itself is replaced by the few calls in tests/bare.
AARCH64_CC    := aarch64-linux-gnu-gcc
AARCH64_BUILD := build/aarch64
AARCH64_TESTS := cancel channel combine descriptor event future generator lock loop queue run semaphore \
                 stack stackless stackless_cancel stackless_frames stackless_wait switch task timeout timer
AARCH64_TESTS := $(AARCH64_TESTS:%=$(AARCH64_BUILD)/tests/models/async/test_%)
AARCH64_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. -Imodels/async/switch/aarch64 -Itests/bare $(WARNINGS) \
                 -Werror -pthread -O2 -g
AARCH64_LIB   := $(patsubst %.c,$(AARCH64_BUILD)/%.o,$(ASYNC_SRC) tests/main.c tests/faults.c tests/bare/check.c)

$(AARCH64_BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(say) CC "$< (aarch64)"
	$(run)$(AARCH64_CC) $(AARCH64_CFLAGS) -MMD -MP -c $< -o $@

$(AARCH64_BUILD)/tests/models/async/test_%: $(AARCH64_BUILD)/tests/models/async/test_%.o $(AARCH64_LIB)
	$(say) LD $@
	$(run)$(AARCH64_CC) -pthread $$(sed -n 's:^/\* wrap\: \(.*\) \*/:\1:p' tests/models/async/test_$*.c | \
		tr ' ' '\n' | sed 's/^\(..*\)/-Wl,--wrap=\1/') -o $@ $^ -lm

test-aarch64: $(AARCH64_TESTS) ## cross-compile models/async and run its tests under qemu-user
	@TEST_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" scripts/test $(AARCH64_TESTS)

.PHONY: test-aarch64

-include $(shell find $(AARCH64_BUILD) -name '*.d' 2>/dev/null)

# --------------------------------------------------------------------------------------------------

tidy: $(BUILD)/detected ## clang-tidy
	@scripts/tidy $(call quote,$(OWN_CFLAGS)) $(SOURCES)

format: ## clang-format everything in place
	@scripts/format

format-check: ## say what format would change
	@scripts/format --check

smells: ## look for what STYLE forbids
	@scripts/smells

clean: ## remove build/
	rm -rf build concbench

FORCE:
.PHONY: all help deps objects check-found tests-linked tsan-tests test check test-long bench report regress \
	install asan tsan crosscheck bench-echo tidy format format-check smells clean FORCE
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
