/* SPDX-License-Identifier: MIT */
/*
 * The order of loads and stores is that of io_uring(7): the kernel writes the completion ring's
 * tail after the entry. The submission ring is read only inside io_uring_enter(2), because no kernel
 * thread polls it (IORING_SETUP_SQPOLL is not asked for).
 */
#include "method/ring.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ring_map(struct ring *ring, const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned int);
	size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	char *rings;

	ring->rings_size = sq > cq ? sq : cq;
	rings = mmap(NULL, ring->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		     ring->fd, IORING_OFF_SQ_RING);
	if (rings == MAP_FAILED)
		return -errno;
	ring->rings = rings;
	ring->sqe = mmap(NULL, p->sq_entries * sizeof(*ring->sqe), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQES);
	if (ring->sqe == MAP_FAILED) {
		int ret = -errno;

		munmap(rings, ring->rings_size);
		return ret;
	}
	ring->sq_tail = (unsigned int *)(rings + p->sq_off.tail);
	ring->sq_array = (unsigned int *)(rings + p->sq_off.array);
	ring->cq_head = (unsigned int *)(rings + p->cq_off.head);
	ring->cq_tail = (unsigned int *)(rings + p->cq_off.tail);
	ring->cq_mask = *(unsigned int *)(rings + p->cq_off.ring_mask);
	ring->cqes = (struct io_uring_cqe *)(rings + p->cq_off.cqes);
	return 0;
}

int ring_open(struct ring *ring, struct err *err)
{
	struct io_uring_params params = { 0 };
	int ret;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (ring->fd < 0)
		return err_sys(err, errno, "io_uring_setup");
	/* Both rings in one mapping: Linux 5.4. */
	ret = params.features & IORING_FEAT_SINGLE_MMAP ? ring_map(ring, &params) : -ENOSYS;
	if (ret < 0) {
		close(ring->fd);
		return err_sys(err, -ret, "mapping an io_uring");
	}
	return 0;
}

void ring_close(struct ring *ring)
{
	munmap(ring->sqe, sizeof(*ring->sqe));
	munmap(ring->rings, ring->rings_size);
	close(ring->fd);
}

struct io_uring_sqe *ring_request(struct ring *ring)
{
	memset(ring->sqe, 0, sizeof(*ring->sqe));
	ring->sq_array[0] = 0;
	__atomic_store_n(ring->sq_tail, *ring->sq_tail + 1, __ATOMIC_RELEASE);
	ring->unsubmitted = 1;
	return ring->sqe;
}

int ring_wait(struct ring *ring)
{
	long n = syscall(SYS_io_uring_enter, ring->fd, ring->unsubmitted, 1, IORING_ENTER_GETEVENTS, NULL,
		    (size_t)0);
	if (n < 0)
		return -errno;
	ring->unsubmitted -= (unsigned int)n;
	return 0;
}

bool ring_take(struct ring *ring, int *result)
{
	unsigned int head = *ring->cq_head;

	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*result = ring->cqes[head & ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}
