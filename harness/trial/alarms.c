/* SPDX-License-Identifier: MIT */
#include "trial/alarms.h"

#include <errno.h>
#include <stdlib.h>

bool alarms_stand(const struct alarms *alarms)
{
	return alarms->n && alarms->alarm[alarms->n - 1].to_ns == ALARM_STANDS;
}

int alarms_begin(struct alarms *alarms, int64_t at_ns)
{
	if (alarms_stand(alarms))
		return 0;
	if (alarms->n == alarms->size) {
		int size = alarms->size ? 2 * alarms->size : 4;
		struct alarm *more = reallocarray(alarms->alarm, (size_t)size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		alarms->alarm = more;
		alarms->size = size;
	}
	alarms->alarm[alarms->n++] = (struct alarm){ at_ns, ALARM_STANDS };
	return 0;
}

void alarms_end(struct alarms *alarms, int64_t at_ns)
{
	if (alarms_stand(alarms))
		alarms->alarm[alarms->n - 1].to_ns = at_ns;
}

void alarms_free(struct alarms *alarms)
{
	free(alarms->alarm);
	*alarms = (struct alarms){ 0 };
}

void alarms_mistakes(const struct alarms *alarms, int64_t armed_ns, int64_t alive_until_ns,
		     struct record_trial *r)
{
	r->alive_ns = alive_until_ns > armed_ns ? alive_until_ns - armed_ns : 0;
	r->mistakes = 0;
	r->mistaken_ns = 0;
	r->mistake_open = false;
	for (int i = 0; i < alarms->n && alarms->alarm[i].from_ns < alive_until_ns; i++) {
		const struct alarm *a = &alarms->alarm[i];

		r->mistake_open = a->to_ns > alive_until_ns;
		r->mistaken_ns += (r->mistake_open ? alive_until_ns : a->to_ns) - a->from_ns;
		r->mistakes++;
	}
}
