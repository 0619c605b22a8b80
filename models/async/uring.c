#include "models/async/poller.h"
#include <errno.h>
int async_uring_open(struct async_poller **poller, struct async_loop *loop)
{
	(void)poller;
	(void)loop;
	return -ENOSYS;
}
