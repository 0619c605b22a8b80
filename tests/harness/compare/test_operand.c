/*
 * Link orders of a small tree whose Makefile treats flags as ours does: what was built with others
 * is built anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/operand.h"
#include "tests/program.h"
#include "tests/suite.h"

static struct operands operands;
static char output[1 << 14];

/* Sixteen functions in as many sections, of which the linker makes an order. */
static const char tree_script[] =
	"mkdir -p \"$T\" && cd \"$T\" && for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do "
	"echo \"int order_$i(void); int order_$i(void) { return $i; }\"; done >a.c && "
	"echo 'int main(void) { return 0; }' >m.c && printf '%s\\n' "
	"'build/layout/concbench: build/layout/a.o build/layout/m.o' "
	"'\t$(CC) $(LDFLAGS) -o $@ $^' "
	"'build/layout/%.o: %.c build/layout/flags' "
	"'\t@echo $< >>compiled' '\t$(CC) $(CFLAGS) -c -o $@ $<' "
	"'build/layout/flags: FORCE' '\t@mkdir -p $(@D)' "
	"'\t@echo \"$(CFLAGS) $(LDFLAGS)\" >$@.new' '\t@cmp -s $@.new $@ || mv $@.new $@' "
	"'FORCE:' >Makefile";

START_TEST(another_order_is_linked_and_not_compiled)
{
	char error[OPERAND_ERROR_MAX] = "", orders[3][sizeof(output)];

	if (program_run("command -v ld.lld", output, sizeof(output)) != 0) {
		puts("skipped: ld.lld is not installed (Debian: apt-get install lld)");
		return;
	}
	ck_assert_int_eq(operands_open(&operands), 0);
	snprintf(operands.trees[ARM_HEAD], sizeof(operands.trees[ARM_HEAD]), "%s/head/tree",
		operands.folder);
	setenv("T", operands.trees[ARM_HEAD], 1);
	ck_assert_int_eq(program_run(tree_script, output, sizeof(output)), 0);
	for (int i = 0; i < 3; i++) {
		/* the third is the first again */
		int rc = operand_shuffle(
			&operands, ARM_HEAD, (unsigned)i % 2 + 1, error, sizeof(error));
		ck_assert_msg(rc == 0, "%s", error);
		ck_assert_int_eq(program_run("nm -n \"$T/../concbench\" | grep order_", output,
					 sizeof(output)),
			0);
		strcpy(orders[i], output);
	}
	ck_assert_str_ne(orders[0], orders[1]);
	ck_assert_str_eq(orders[0], orders[2]);
	ck_assert_int_eq(program_run("cat \"$T/compiled\"", output, sizeof(output)), 0);
	ck_assert_str_eq(output, "a.c\nm.c\n");
	operands_close(&operands);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/operand");
	TCase *layout = tcase_create("layout");

	tcase_set_timeout(layout, 60);
	tcase_add_test(layout, another_order_is_linked_and_not_compiled);
	suite_add_tcase(suite, layout);
	return suite;
}
