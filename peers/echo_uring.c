/*
 * The barest echo server over io_uring: multishot accept, multishot receive into a ring of provided
 * buffers, sends straight from those buffers, which return to the ring when the send is complete.
 */
#include <liburing.h>
#include <sys/mman.h>

#include "peers/echo.h"

enum { ENTRIES = 4096, BUFFERS = 2048, GROUP = 0 };
enum { DEFER_TASKRUN = 1u << 13, SINGLE_ISSUER = 1u << 12 }; /* linux/io_uring.h; 6.1 and 6.0 */

/* What a completion belongs to: kind, buffer and descriptor packed into its 64 bits. */
enum kind { ACCEPT, RECV, SEND };

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static char (*buffers)[ECHO_BUFFER_BYTES];
static int connections, accepted;

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

	io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
	io_uring_sqe_set_data64(sqe, tag(ACCEPT, 0, listener));
}

static void arm_recv(int fd)
{
	struct io_uring_sqe *sqe = next_sqe();

	io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, tag(RECV, 0, fd));
}

static void give_back(unsigned buffer)
{
	io_uring_buf_ring_add(provided, buffers[buffer], ECHO_BUFFER_BYTES, (unsigned short)buffer,
		io_uring_buf_ring_mask(BUFFERS), 0);
	io_uring_buf_ring_advance(provided, 1);
}

static void received(const struct io_uring_cqe *cqe, int fd)
{
	if (cqe->res <= 0 && cqe->res != -ENOBUFS) {
		close(fd);
		connections--;
		return;
	}
	if (cqe->res > 0) {
		unsigned buffer = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
		struct io_uring_sqe *sqe = next_sqe();

		io_uring_prep_send(sqe, fd, buffers[buffer], (size_t)cqe->res, MSG_WAITALL);
		io_uring_sqe_set_data64(sqe, tag(SEND, buffer, fd));
	}
	if (!(cqe->flags & IORING_CQE_F_MORE))
		arm_recv(fd);
}

static void completed(const struct io_uring_cqe *cqe)
{
	int fd = (int)(uint32_t)cqe->user_data;

	switch ((enum kind)(cqe->user_data >> 48)) {
	case ACCEPT:
		if (cqe->res >= 0) {
			echo_no_delay(cqe->res);
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
	for (unsigned i = 0; i < BUFFERS; i++)
		give_back(i);
}

int main(int argc, char **argv)
{
	open_ring();
	arm_accept(echo_listener(argc, argv));
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
