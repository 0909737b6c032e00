/* SPDX-License-Identifier: MIT */
/* As bytes: the struct, its connections, and the alarms of each of them in turn. Pointers mean
 * nothing on the other side, and are set anew. */
#include "trial/findings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void findings_free(struct findings *f)
{
	for (int i = 0; f->conns && i < f->n_conns; i++)
		alarms_free(&f->conns[i].alarms);
	free(f->conns);
	f->conns = NULL;
	f->n_conns = 0;
}

static char *put(char *at, const void *bytes, size_t size)
{
	if (size)
		memcpy(at, bytes, size);
	return at + size;
}

static size_t alarms_size(const struct watch_conn *c)
{
	return (size_t)c->alarms.n * sizeof(*c->alarms.alarm);
}

char *findings_pack(const struct findings *f, size_t *size)
{
	char *bytes, *at;

	*size = sizeof(*f) + (size_t)f->n_conns * sizeof(*f->conns);
	for (int i = 0; i < f->n_conns; i++)
		*size += alarms_size(&f->conns[i]);
	bytes = malloc(*size);
	if (!bytes)
		return NULL;
	at = put(bytes, f, sizeof(*f));
	at = put(at, f->conns, (size_t)f->n_conns * sizeof(*f->conns));
	for (int i = 0; i < f->n_conns; i++)
		at = put(at, f->conns[i].alarms.alarm, alarms_size(&f->conns[i]));
	return bytes;
}

/* What is left to read. */
struct rest {
	const char *at;
	size_t n;
};

static bool take(struct rest *rest, void *to, size_t size)
{
	if (size > rest->n)
		return false;
	if (size)
		memcpy(to, rest->at, size);
	rest->at += size;
	rest->n -= size;
	return true;
}

static int take_alarms(struct rest *rest, struct alarms *alarms)
{
	size_t size;

	if (alarms->n < 0 || (size_t)alarms->n > rest->n / sizeof(*alarms->alarm))
		return -EPROTO;
	size = (size_t)alarms->n * sizeof(*alarms->alarm);
	alarms->alarm = malloc(size ? size : 1);
	if (!alarms->alarm)
		return -ENOMEM;
	alarms->size = alarms->n;
	take(rest, alarms->alarm, size);
	return 0;
}

int findings_unpack(const char *bytes, size_t size, struct findings *out)
{
	struct rest rest = { bytes, size };
	int n, ret = 0;

	*out = (struct findings){ 0 };
	if (!take(&rest, out, sizeof(*out)))
		return -EPROTO;
	n = out->n_conns;
	out->n_conns = 0;
	out->conns = NULL;
	if (n < 0 || (size_t)n > rest.n / sizeof(*out->conns))
		return -EPROTO;
	out->conns = calloc((size_t)n + 1, sizeof(*out->conns));
	if (!out->conns)
		return -ENOMEM;
	take(&rest, out->conns, (size_t)n * sizeof(*out->conns));
	for (int i = 0; i < n; i++)
		out->conns[i].alarms.alarm = NULL;
	out->n_conns = n;
	for (int i = 0; ret == 0 && i < n; i++)
		ret = take_alarms(&rest, &out->conns[i].alarms);
	return ret ? ret : rest.n ? -EPROTO : 0;
}
