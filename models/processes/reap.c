/*
 * How a child ended; and which children a crew has.
 */
#include "models/processes/reap.h"

#include <errno.h>
#include <sys/wait.h>

#include "models/processes/processes.h"

bool reap(pid_t pid, int options, struct reaped *reaped)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, options);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	reaped->signal = 0;
	reaped->told = false;
	if (got < 0) {
		reaped->rc = -ECHILD;
	} else if (WIFSIGNALED(status)) {
		reaped->signal = WTERMSIG(status);
		reaped->rc = -EOWNERDEAD;
	} else {
		reaped->told = WEXITSTATUS(status) == REAP_TOLD;
		reaped->rc = WEXITSTATUS(status) == 0 || reaped->told ? 0 : -EPROTO;
	}
	return true;
}

int process_crew_pids(const struct crew *crew, pid_t *pids, int max)
{
	return crew->model->kind == MODEL_POOL ? process_pool_crew_pids(crew, pids, max)
					       : processes_crew_pids(crew, pids, max);
}
