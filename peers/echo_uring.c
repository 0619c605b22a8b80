/*
 * The barest echo server over io_uring: multishot accept, multishot receive into a ring of provided
 * buffers, replies straight from those.
 *
 * A reply is sent at once by send(2), which is cheaper here than a submission and its completion
 * (it takes no reference to the file and holds the buffer no longer than the call, so that few are
 * in turn and stay in the caches). With "queued" as its second argument sends are submissions, all
 * of a batch in one system call with the next wait; with "direct" also to registered descriptors.
 */
#include <liburing.h>
#include <sys/mman.h>

#include "peers/echo.h"

enum { ENTRIES = 4096, BUFFERS = 2048, AT_ONCE_BUFFERS = 64, GROUP = 0, DIRECT = 4096 };
enum { DEFER_TASKRUN = 1u << 13, SINGLE_ISSUER = 1u << 12 }; /* linux/io_uring.h; 6.1 and 6.0 */

/* What a completion belongs to: kind, buffer and descriptor packed into its 64 bits. */
enum kind { ACCEPT, RECV, SEND, CLOSE };

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static char (*buffers)[ECHO_BUFFER_BYTES];
static int connections, accepted, queued, direct;

static uint64_t tag(enum kind kind, unsigned buffer, int fd)
{
	return (uint64_t)kind << 48 | (uint64_t)buffer << 32 | (uint32_t)fd;
}

static struct io_uring_sqe *next_sqe(void)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	if (sqe == NULL) {
		io_uring_submit(&ring);
		sqe = io_uring_get_sqe(&ring);
	}
	echo_need(sqe != NULL, "io_uring_get_sqe");
	return sqe;
}

static void arm_accept(int listener)
{
	struct io_uring_sqe *sqe = next_sqe();

	if (direct)
		io_uring_prep_multishot_accept_direct(sqe, listener, NULL, NULL, 0);
	else
		io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
	io_uring_sqe_set_data64(sqe, tag(ACCEPT, 0, listener));
}

static void arm_recv(int fd)
{
	struct io_uring_sqe *sqe = next_sqe();

	io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT | (direct ? IOSQE_FIXED_FILE : 0);
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, tag(RECV, 0, fd));
}

static void give_back(unsigned buffer)
{
	io_uring_buf_ring_add(provided, buffers[buffer], ECHO_BUFFER_BYTES, (unsigned short)buffer,
		io_uring_buf_ring_mask(BUFFERS), 0);
	io_uring_buf_ring_advance(provided, 1);
}

static void end(int fd)
{
	connections--;
	if (direct) {
		struct io_uring_sqe *sqe = next_sqe();

		io_uring_prep_close_direct(sqe, (unsigned)fd);
		io_uring_sqe_set_data64(sqe, tag(CLOSE, 0, fd));
	} else {
		close(fd);
	}
}

static void reply(int fd, unsigned buffer, size_t bytes)
{
	if (!queued) {
		ssize_t sent = send(fd, buffers[buffer], bytes, MSG_NOSIGNAL);

		echo_need(sent == (ssize_t)bytes, "send");
		give_back(buffer);
		return;
	}
	struct io_uring_sqe *sqe = next_sqe();

	io_uring_prep_send(sqe, fd, buffers[buffer], bytes, MSG_WAITALL);
	sqe->flags |= direct ? IOSQE_FIXED_FILE : 0;
	io_uring_sqe_set_data64(sqe, tag(SEND, buffer, fd));
}

static void received(const struct io_uring_cqe *cqe, int fd)
{
	if (cqe->res <= 0 && cqe->res != -ENOBUFS) {
		end(fd);
		return;
	}
	if (cqe->res > 0)
		reply(fd, cqe->flags >> IORING_CQE_BUFFER_SHIFT, (size_t)cqe->res);
	if (!(cqe->flags & IORING_CQE_F_MORE))
		arm_recv(fd);
}

static void completed(const struct io_uring_cqe *cqe)
{
	int fd = (int)(uint32_t)cqe->user_data;

	switch ((enum kind)(cqe->user_data >> 48)) {
	case ACCEPT:
		if (cqe->res >= 0) {
			arm_recv(cqe->res);
			connections++;
			accepted = 1;
		}
		if (!(cqe->flags & IORING_CQE_F_MORE))
			arm_accept(fd);
		break;
	case RECV:
		received(cqe, fd);
		break;
	case SEND:
		give_back((unsigned)(cqe->user_data >> 32 & 0xffff));
		break;
	case CLOSE:
		break;
	}
}

static void open_ring(void)
{
	struct io_uring_params params = {.flags = DEFER_TASKRUN | SINGLE_ISSUER};
	struct io_uring_buf_reg registration = {.ring_entries = BUFFERS, .bgid = GROUP};
	size_t bytes = BUFFERS * sizeof(struct io_uring_buf);
	int rc = io_uring_queue_init_params(ENTRIES, &ring, &params);

	errno = -rc;
	echo_need(rc == 0, "io_uring_queue_init");
	provided = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buffers = malloc((size_t)BUFFERS * ECHO_BUFFER_BYTES);
	echo_need(provided != MAP_FAILED && buffers != NULL, "memory");
	registration.ring_addr = (uintptr_t)provided;
	rc = io_uring_register_buf_ring(&ring, &registration, 0);
	errno = -rc;
	echo_need(rc == 0, "io_uring_register_buf_ring");
	io_uring_buf_ring_init(provided);
	for (unsigned i = 0; i < (queued ? BUFFERS : AT_ONCE_BUFFERS); i++)
		give_back(i);
	if (direct) {
		rc = io_uring_register_files_sparse(&ring, DIRECT);
		errno = -rc;
		echo_need(rc == 0, "io_uring_register_files_sparse");
	}
}

int main(int argc, char **argv)
{
	int listener = echo_listener(argc, argv);

	direct = argc > 2 && strcmp(argv[2], "direct") == 0;
	queued = argc > 2;
	echo_no_delay(listener); /* its connections inherit it */
	open_ring();
	arm_accept(listener);
	while (!accepted || connections > 0) {
		struct io_uring_cqe *cqe;
		unsigned head, seen = 0;

		io_uring_submit_and_wait(&ring, 1);
		io_uring_for_each_cqe(&ring, head, cqe)
		{
			completed(cqe);
			seen++;
		}
		io_uring_cq_advance(&ring, seen);
	}
	return EXIT_SUCCESS;
}
