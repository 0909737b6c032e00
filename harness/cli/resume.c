/* SPDX-License-Identifier: MIT */
#include "cli/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static int read_whole(int fd, const char *path, char **text, size_t *len, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s is not a regular file; --resume needs one", path);
	*text = malloc((size_t)st.st_size + 1);
	if (!*text)
		return err_set(err, ENOMEM, "not enough memory");
	for (*len = 0; *len < (size_t)st.st_size;) {
		ssize_t n = read(fd, *text + *len, (size_t)st.st_size - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, "cannot read %s", path);
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	/* A machine that lost its power may have left half a line. */
	while (*len > 0 && (*text)[*len - 1] != '\n')
		--*len;
	(*text)[*len] = '\0';
	return 0;
}

static int parse(const char *path, char *text, size_t len, struct record_file *file,
		 struct err *err)
{
	FILE *in = fmemopen(text, len, "r");
	int ret;

	if (!in)
		return err_sys(err, errno, "cannot read %s", path);
	ret = record_read(in, path, file, err);
	fclose(in);
	return ret;
}

static int check_run(const char *path, const struct record_file *file, const struct plan *plan,
		     const char *command, struct err *err)
{
	const struct record_run *run = &file->runs[0];

	if (file->n_runs > 1)
		return err_set(err, EINVAL, "%s holds runs on several kernels; --resume goes on with one: "
					    "give each kernel a file of its own", path);
	if (strcmp(run->command, command) != 0)
		return err_set(err, EINVAL, "%s is from another run, %.200s; name another file with -o",
			       path, run->command);
	if (strcmp(run->version, cli_version) != 0)
		return err_set(err, EINVAL, "%s was written by deadpeer %s, and this is %s; name another "
					    "file with -o", path, run->version, cli_version);
	if (run->seed != plan->config.seed || run->phases != plan->config.phases)
		return err_set(err, EINVAL, "%s has another seed or other phases; name another file with "
					    "-o", path);
	return 0;
}

/* How many labs of the plan the file holds whole; in *n_trials, how many trials those have. */
static int whole_labs(const char *path, const struct record_file *file, const struct plan *plan,
		      int *n_trials, struct err *err)
{
	int at = 0;

	*n_trials = 0;
	for (int l = 0; l < plan->n_labs; l++) {
		const struct plan_lab *lab = &plan->labs[l];

		for (int t = 0; t < lab->n_trials; t++, at++) {
			char id[RECORD_ID_MAX];

			if (at == file->n_trials)
				return l;
			snprintf(id, sizeof(id), "%016" PRIx64, lab->trials[t].id);
			if (strcmp(file->trials[at].id, id) != 0)
				return err_set(err, EINVAL, "%s:%d: trial %s is not what the plan has here: "
							    "a scenario or the share has changed; name another "
							    "file with -o", path, at + 2, file->trials[at].id);
		}
		*n_trials = at;
	}
	if (at < file->n_trials)
		return err_set(err, EINVAL, "%s:%d: more trials than the plan has; name another file with "
					    "-o", path, at + 2);
	return plan->n_labs;
}

/* Where line @n (from 0) of @text begins. */
static size_t line_start(const char *text, int n)
{
	const char *p = text;

	while (n-- > 0)
		p = strchr(p, '\n') + 1;
	return (size_t)(p - text);
}

static int adopt(struct sink *sink, const char *path, char *text, size_t len,
		 const struct plan *plan, const char *command, struct err *err)
{
	int n_trials = 0, done = 0, ret;

	if (len > 0) {
		ret = parse(path, text, len, &sink->file, err);
		if (!ret)
			ret = check_run(path, &sink->file, plan, command, err);
		if (!ret)
			ret = whole_labs(path, &sink->file, plan, &n_trials, err);
		if (ret < 0)
			return ret;
		done = ret;
	}
	if (n_trials == 0)
		record_file_free(&sink->file);
	sink->file.n_trials = n_trials;
	len = n_trials ? line_start(text, 1 + n_trials) : 0;
	if (ftruncate(sink->fd, (off_t)len) || lseek(sink->fd, 0, SEEK_END) < 0)
		return err_sys(err, errno, "cannot go on in %s", path);
	sink->started = true;
	sink->resumed = n_trials > 0;
	return done;
}

int resume_open(struct sink *sink, const char *path, const struct plan *plan, const char *command,
		int *done, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	int ret;

	*done = 0;
	if (access(path, F_OK))
		return sink_open(sink, path, err);
	ret = sink_open(sink, path, err);
	if (ret)
		return ret;
	close(sink->fd);
	sink->fd = open(path, O_RDWR | O_CLOEXEC);
	if (sink->fd < 0)
		return err_sys(err, errno, "cannot open %s", path);
	ret = read_whole(sink->fd, path, &text, &len, err);
	if (!ret)
		ret = adopt(sink, path, text, len, plan, command, err);
	free(text);
	if (ret < 0) {
		close(sink->fd);
		sink_free(sink);
		return ret;
	}
	*done = ret;
	return 0;
}
