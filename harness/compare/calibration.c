#include "harness/compare/calibration.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/run/machine.h"
#include "harness/stats/order.h"

const char calibration_folder[] = "results/calibration";

static const double mad_sigma = 1.4826;

/* Fewer quads tell nothing of noise. */
enum { QUADS_MIN = 6 };

static void describe_class(char *class)
{
	struct run_header *header = calloc(1, sizeof(*header));
	const char *label = getenv("ImageOS"); /* as GitHub's hosted runners call their image */

	if (header != NULL)
		machine_describe(header);
	snprintf(class, CALIBRATION_CLASS_MAX, "%s, %lld CPUs, %s, %s, %s",
		header == NULL ? "" : header->machine.cpu,
		header == NULL ? 0ll : (long long)header->machine.cpus,
		header == NULL || header->machine.hypervisor[0] == '\0'
			? "not virtual"
			: header->machine.hypervisor,
		header == NULL ? "" : header->machine.kernel, label == NULL ? "no label" : label);
	if (header != NULL)
		run_header_release(header);
	free(header);
}

/* FNV-1a of the class names the file: a class may hold any characters. */
static void path_of(const char *class, const char *folder, char *path)
{
	uint64_t digest = 0xcbf29ce484222325u;

	for (const char *at = class; *at != '\0'; at++)
		digest = (digest ^ (unsigned char)*at) * 0x100000001b3u;
	snprintf(path, PATH_MAX, "%s/%016llx.json", folder, (unsigned long long)digest);
}

static bool take_pair(struct calibration *calibration, const char *name, const json_t *value)
{
	struct calibrated_pair *pair = &calibration->pairs[calibration->count];
	const json_t *sigma = json_object_get(value, "sigma");
	const json_t *detectable = json_object_get(value, "detectable");
	const json_t *suites = json_object_get(value, "suites");

	if (!json_is_number(sigma) || !json_is_number(detectable) || !json_is_integer(suites) ||
		json_integer_value(suites) < 1 || calibration->count == CALIBRATED_MAX)
		return false;
	snprintf(pair->name, sizeof(pair->name), "%s", name);
	pair->sigma = json_number_value(sigma);
	pair->detectable = json_number_value(detectable);
	pair->suites = (int)json_integer_value(suites);
	calibration->count++;
	return true;
}

static bool take_root(struct calibration *calibration, json_t *root)
{
	const char *class, *name;
	json_t *pairs, *value;
	double *sigmas = calibration->canary_sigma;

	if (json_unpack(root, "{s:s,s:i,s:i,s:i,s:F,s:F,s:o}", "class", &class, "suites",
		    &calibration->suites, "alarms", &calibration->alarms, "contaminated",
		    &calibration->contaminated, canary_names[0], &sigmas[0], canary_names[1],
		    &sigmas[1], "pairs", &pairs) != 0 ||
		strcmp(class, calibration->class) != 0 || !json_is_object(pairs))
		return false;
	json_object_foreach(
		pairs, name, value) if (!take_pair(calibration, name, value)) return false;
	return true;
}

int calibration_read(
	struct calibration *calibration, const char *folder, char *error, size_t error_bytes)
{
	char path[PATH_MAX];
	json_error_t where;

	memset(calibration, 0, sizeof(*calibration));
	describe_class(calibration->class);
	path_of(calibration->class, folder, path);
	if (access(path, F_OK) != 0)
		return -ENOENT;
	json_t *root = json_load_file(path, 0, &where);
	bool good = root != NULL && take_root(calibration, root);
	if (!good)
		snprintf(error, error_bytes, "%.200s is no calibration of this machine: %.100s",
			path, root == NULL ? where.text : "a member is missing or of another kind");
	json_decref(root);
	return good ? 0 : -EINVAL;
}

static void add_pair(struct calibration *calibration, const char *benchmark, const char *metric,
	const struct finding *finding)
{
	char name[sizeof(calibration->pairs[0].name)];
	struct calibrated_pair *pair = NULL;

	snprintf(name, sizeof(name), "%s %s", benchmark, metric);
	for (int i = 0; i < calibration->count; i++)
		if (strcmp(calibration->pairs[i].name, name) == 0)
			pair = &calibration->pairs[i];
	if (pair == NULL && calibration->count == CALIBRATED_MAX)
		return;
	if (pair == NULL) {
		pair = &calibration->pairs[calibration->count++];
		memset(pair, 0, sizeof(*pair));
		strcpy(pair->name, name);
	}
	pair->sigma = (pair->sigma * pair->suites + finding->sigma) / (pair->suites + 1);
	pair->detectable =
		(pair->detectable * pair->suites + finding->detectable) / (pair->suites + 1);
	pair->suites++;
}

void calibration_take(struct calibration *calibration, const struct comparison *comparison)
{
	struct comparison_summary summary = comparison_summarize(comparison);

	if (comparison->contaminated) {
		calibration->contaminated++;
		return;
	}
	for (int i = 0; i < comparison->count; i++)
		for (int metric = 0; metric < METRICS; metric++) {
			const struct compared *benchmark = &comparison->benchmarks[i];
			const struct finding *finding = &benchmark->findings[metric];
			if (!benchmark->given_up && finding->gated && finding->n >= QUADS_MIN &&
				isfinite(finding->sigma) && isfinite(finding->detectable))
				add_pair(calibration, benchmark->name, metric_facts[metric].name,
					finding);
		}
	for (int i = 0; i < CANARIES; i++) {
		const struct compared *canary = &comparison->canaries[i];
		double sigma = mad_sigma *
			       order_mad(canary->values[METRIC_WALL], canary->counts[METRIC_WALL]);
		if (canary->counts[METRIC_WALL] >= QUADS_MIN)
			calibration->canary_sigma[i] =
				(calibration->canary_sigma[i] * calibration->suites + sigma) /
				(calibration->suites + 1);
	}
	calibration->suites++;
	calibration->alarms += summary.regressed > 0;
}

int calibration_write(const struct calibration *calibration, const char *folder)
{
	char path[PATH_MAX], fresh[PATH_MAX + 8];
	json_t *pairs = json_object();

	for (int i = 0; i < calibration->count; i++) {
		const struct calibrated_pair *pair = &calibration->pairs[i];
		json_object_set_new(pairs, pair->name,
			json_pack("{s:f,s:f,s:i}", "sigma", pair->sigma, "detectable",
				pair->detectable, "suites", pair->suites));
	}
	json_t *root = json_pack("{s:s,s:i,s:i,s:i,s:f,s:f,s:o}", "class", calibration->class,
		"suites", calibration->suites, "alarms", calibration->alarms, "contaminated",
		calibration->contaminated, canary_names[0], calibration->canary_sigma[0],
		canary_names[1], calibration->canary_sigma[1], "pairs", pairs);
	path_of(calibration->class, folder, path);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	/* results/ is there in a clone; its folder for this may not be */
	if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
		int rc = -errno;
		json_decref(root);
		return rc;
	}
	int rc = root == NULL ? -ENOMEM : 0;
	if (rc == 0 && json_dump_file(root, fresh, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) != 0)
		rc = -EIO;
	if (rc == 0 && rename(fresh, path) != 0)
		rc = -errno;
	json_decref(root);
	return rc;
}

const struct calibrated_pair *calibration_find(
	const struct calibration *calibration, const char *benchmark, enum metric metric)
{
	char name[sizeof(calibration->pairs[0].name)];

	snprintf(name, sizeof(name), "%s %s", benchmark, metric_facts[metric].name);
	for (int i = 0; i < calibration->count; i++)
		if (strcmp(calibration->pairs[i].name, name) == 0)
			return &calibration->pairs[i];
	return NULL;
}
