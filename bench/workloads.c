/*
 * The table of workloads, in the order in which tables are printed. One folder each.
 */
#include "harness/workload.h"

#include "bench/spawn/spawn.h"
#include "bench/switch/switch.h"
#include "bench/ring/ring.h"
#include "bench/wakeup/wakeup.h"
#include "bench/queue/queue.h"
#include "bench/lock/lock.h"
#include "bench/idle/idle.h"
#include "bench/sleep/sleep.h"
#include "bench/echo/echo.h"
#include "bench/connect/connect.h"
#include "bench/stream/stream.h"
#include "bench/fetch/fetch.h"
#include "bench/file/file.h"
#include "bench/http/http.h"
#include "bench/db/db.h"
#include "bench/pipeline/pipeline.h"
#include "bench/hash/hash.h"
#include "bench/forkjoin/forkjoin.h"
#include "bench/sort/sort.h"
#include "bench/mixed/mixed.h"
#include "bench/overload/overload.h"
#include "bench/crash/crash.h"

static const struct workload *const table[] = {
	&spawn_workload,
	&switch_workload,
	&ring_workload,
	&wakeup_workload,
	&queue_workload,
	&lock_workload,
	&idle_workload,
	&sleep_workload,
	&echo_workload,
	&connect_workload,
	&stream_workload,
	&fetch_workload,
	&file_workload,
	&http_workload,
	&db_workload,
	&pipeline_workload,
	&hash_workload,
	&forkjoin_workload,
	&sort_workload,
	&mixed_workload,
	&overload_workload,
	&crash_workload,
	NULL,
};

const struct workload *const *workloads = table;
