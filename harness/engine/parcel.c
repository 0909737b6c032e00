/* SPDX-License-Identifier: MIT */
#include "engine/parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/whole.h"

/* As long as malloc(3) aligns, so that what follows it is aligned too. */
struct head {
	uint64_t kind, size;
};

int parcel_put(int fd, enum parcel_kind kind, const void *bytes, size_t size, struct err *err)
{
	struct head head = { kind, size };
	int ret = write_whole(fd, (const char *)&head, sizeof(head));

	if (ret == 0)
		ret = write_whole(fd, bytes, size);
	return ret ? err_sys(err, -ret, "nobody takes what the lab found out") : 0;
}

static int append(struct parcels *p, const char *bytes, size_t n)
{
	if (p->n + n > p->size) {
		size_t size = 2 * (p->n + n);
		char *more = realloc(p->bytes, size);

		if (!more)
			return -ENOMEM;
		p->bytes = more;
		p->size = size;
	}
	memcpy(p->bytes + p->n, bytes, n);
	p->n += n;
	return 0;
}

/* How many bytes the parcel at hand lacks; of its head first. */
static size_t lacking(const struct parcels *p)
{
	struct head head;

	if (p->n < sizeof(head))
		return sizeof(head) - p->n;
	memcpy(&head, p->bytes, sizeof(head));
	return head.size - (p->n - sizeof(head));
}

int parcels_feed(struct parcels *p, const char *bytes, size_t n,
		 void (*take)(void *arg, enum parcel_kind kind, const char *bytes, size_t size),
		 void *arg)
{
	while (n) {
		size_t lack = lacking(p), part = lack < n ? lack : n;
		int ret = append(p, bytes, part);
		struct head head;

		if (ret)
			return ret;
		bytes += part;
		n -= part;
		if (p->n < sizeof(head) || lacking(p))
			continue;
		memcpy(&head, p->bytes, sizeof(head));
		take(arg, (enum parcel_kind)head.kind, p->bytes + sizeof(head), head.size);
		p->n = 0;
	}
	return 0;
}

void parcels_free(struct parcels *p)
{
	free(p->bytes);
	*p = (struct parcels){ 0 };
}
