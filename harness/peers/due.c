/* SPDX-License-Identifier: MIT */
#include "peers/due.h"

#include <errno.h>
#include <stdlib.h>

static void swap(struct due *a, struct due *b)
{
	struct due t = *a;

	*a = *b;
	*b = t;
}

int due_add(struct due_heap *heap, struct due due)
{
	int i = heap->n;

	if (heap->n == heap->room) {
		int room = heap->room ? 2 * heap->room : 64;
		struct due *more = reallocarray(heap->heap, (size_t)room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		heap->heap = more;
		heap->room = room;
	}
	heap->heap[heap->n++] = due;
	for (; i > 0 && heap->heap[(i - 1) / 2].at_ns > heap->heap[i].at_ns; i = (i - 1) / 2)
		swap(&heap->heap[(i - 1) / 2], &heap->heap[i]);
	return 0;
}

bool due_take(struct due_heap *heap, int64_t now_ns, struct due *due)
{
	struct due *h = heap->heap;
	int i = 0;

	if (!heap->n || h[0].at_ns > now_ns)
		return false;
	*due = h[0];
	h[0] = h[--heap->n];
	for (;;) {
		int least = i;

		for (int child = 2 * i + 1; child <= 2 * i + 2 && child < heap->n; child++) {
			if (h[child].at_ns < h[least].at_ns)
				least = child;
		}
		if (least == i)
			return true;
		swap(&h[i], &h[least]);
		i = least;
	}
}

const struct due *due_first(const struct due_heap *heap)
{
	return heap->n ? &heap->heap[0] : NULL;
}

void due_free(struct due_heap *heap)
{
	free(heap->heap);
	*heap = (struct due_heap){ 0 };
}

int64_t due_after(int64_t at_ns, int64_t period_ns, int64_t now_ns)
{
	if (at_ns > now_ns)
		return at_ns;
	return at_ns + ((now_ns - at_ns) / period_ns + 1) * period_ns;
}
