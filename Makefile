# concbench: make help lists the targets.
#
# Objects lie under build/$(MODE)/; every object depends on the flags it was built with, so that no
# figure comes from a stale one. CC, CFLAGS and LDFLAGS are the user's.

MODE     ?= release
CC       ?= cc
AR       ?= ar
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
BUILD    := build/$(MODE)
WERROR   ?=

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
            -Wstrict-prototypes -Wmissing-prototypes -Wvla $(WERROR)
ALL_CFLAGS  = -std=gnu17 -D_GNU_SOURCE -I. $(WARNINGS) -pthread $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pthread -Wl,-z,now $(LDFLAGS) $(SANITIZE)
LIBS     := -ljansson -lcrypto -luring -lm
TEST_LIBS := -lcheck -lsubunit -lrt

SANITIZE :=
ifeq ($(MODE),asan)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
ifeq ($(MODE),tsan)
SANITIZE := -fsanitize=thread
endif

ASYNC_SRC := $(wildcard models/async/*.c models/async/*/*.c)
ASYNC_SRC := $(filter-out models/async/examples/%,$(ASYNC_SRC))
# the stack switch is chosen by file
ARCH      := $(shell $(CC) -dumpmachine 2>/dev/null | cut -d- -f1)
SOURCES   := $(ASYNC_SRC) $(wildcard models/*.c models/threads/*.c models/processes/*.c \
             harness/*.c harness/*/*.c bench/*.c bench/*/*.c)
MAIN      := harness/cli/main.c
LIB_SRC   := $(filter-out $(MAIN),$(SOURCES))
TEST_SRC  := $(shell find tests -name 'test_*.c' 2>/dev/null | sort)
LONG_SRC  := $(shell find tests -name 'long_*.c' 2>/dev/null | sort)
TEST_AID  := tests/main.c $(filter-out tests/main.c,$(wildcard tests/*.c))

obj       = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB_OBJ   := $(call obj,$(LIB_SRC))
TESTS     := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
LONGS     := $(patsubst %.c,$(BUILD)/%,$(LONG_SRC))

all: concbench ## build ./concbench

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

concbench: $(BUILD)/concbench
	@ln -sf $< $@

$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libconcbench.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/concbench: $(call obj,$(MAIN)) $(BUILD)/libconcbench.a
	$(CC) $(ALL_LDFLAGS) -o $@ $(call obj,$(MAIN)) $(BUILD)/libconcbench.a $(LIBS)

# A test file may say which calls it makes fail: a line "/* wrap: fork pthread_create */".
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(call obj,$(TEST_AID)) $(BUILD)/libconcbench.a
	$(CC) $(ALL_LDFLAGS) $$(sed -n 's:^/\* wrap\: \(.*\) \*/:\1:p' tests/$*.c | tr ' ' '\n' | sed 's/^\(..*\)/-Wl,--wrap=\1/') \
		-o $@ $< $(call obj,$(TEST_AID)) $(BUILD)/libconcbench.a $(LIBS) $(TEST_LIBS)

tests-built: $(TESTS) concbench

test: tests-built ## run all quick tests (at most 60 s)
	@scripts/test $(TESTS)

test-long: $(TESTS) $(LONGS) concbench ## fuzz, kills and soak as well
	@scripts/test $(TESTS) $(LONGS)

check: test ## same as test

asan: ## build and test under ASan and UBSan
	$(MAKE) MODE=asan test

tsan: ## build and test under TSan
	$(MAKE) MODE=tsan test

clean: ## remove build/
	rm -rf build concbench

FORCE:
.PHONY: all help test test-long check tests-built asan tsan clean FORCE
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
