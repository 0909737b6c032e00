/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

/* Room for one more element, zeroed; the array doubles when its count is a power of two. */
static void *grow(void **array, int n, size_t size)
{
	void *bigger;

	if ((n & (n - 1)) == 0) {
		bigger = realloc(*array, (n ? (size_t)n * 2 : 1) * size);
		if (!bigger)
			return NULL;
		*array = bigger;
	}
	return memset((char *)*array + (size_t)n * size, 0, size);
}

int record_add_run(struct record_file *file, const struct record_run *run)
{
	struct record_run *to = grow((void **)&file->runs, file->n_runs, sizeof(*run));

	if (!to)
		return -ENOMEM;
	*to = *run;
	file->n_runs++;
	return 0;
}

int record_add_trial(struct record_file *file, const struct record_trial *trial)
{
	struct record_trial *to = grow((void **)&file->trials, file->n_trials, sizeof(*trial));
	int *of = grow((void **)&file->trial_run, file->n_trials, sizeof(*of));

	if (!to || !of)
		return -ENOMEM;
	*to = *trial;
	*of = file->n_runs - 1;
	file->n_trials++;
	return 0;
}

void record_file_free(struct record_file *file)
{
	free(file->runs);
	free(file->trials);
	free(file->trial_run);
	*file = (struct record_file){ 0 };
}
