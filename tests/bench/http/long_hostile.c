/*
 * Ten thousand clients that misbehave, against every model that can serve.
 */
#include <stdio.h>

#include "bench/http/http.h"
#include "tests/hostile.h"
#include "tests/invoke.h"
#include "tests/suite.h"

START_TEST(ten_thousand_hostile_clients_harm_nobody)
{
	const struct model *model = &models[_i];

	if (http_workload.run[model->family] != NULL && model->kind != MODEL_INLINE &&
		model_runs_here(model))
		hostile_clients(model->name, 10000, (unsigned)_i);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("hostile, long");
	TCase *c = tcase_create("hostile");
	int count = 0;

	while (models[count].name != NULL)
		count++;
#ifdef HAVE_HTTP_PARSER
	tcase_add_loop_test(c, ten_thousand_hostile_clients_harm_nobody, 0, count);
#else
	puts("skipped: built without http-parser");
#endif
	tcase_set_timeout(c, 300);
	suite_add_tcase(s, c);
	return s;
}
