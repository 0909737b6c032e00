/* SPDX-License-Identifier: MIT */
#include "cli/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record/merge.h"

enum { SAME_SECOND_MAX = 100 };

#define RESULTS "results"
#define RUNS    RESULTS "/runs"

static int open_new(struct sink *sink, struct err *err)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	if (access(RESULTS, F_OK))
		return 0;
	if (mkdir(RUNS, 0777) && errno != EEXIST)
		return err_sys(err, errno, "cannot make the folder %s; name a file with -o", RUNS);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	for (int i = 1; i < SAME_SECOND_MAX; i++) {
		snprintf(sink->path, sizeof(sink->path), i == 1 ? RUNS "/%s.jsonl" : RUNS "/%s-%d.jsonl",
			 stamp, i);
		sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (sink->fd >= 0) {
			sink->created = true;
			return 0;
		}
		if (errno != EEXIST)
			break;
	}
	return err_sys(err, errno, "cannot write %s; name another file with -o", sink->path);
}

static int open_named(struct sink *sink, const char *path, struct err *err)
{
	if (strlen(path) >= sizeof(sink->path))
		return err_set(err, ENAMETOOLONG, "the output file's name is too long");
	snprintf(sink->path, sizeof(sink->path), "%s", path);
	sink->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	sink->created = sink->fd >= 0;
	if (sink->fd < 0 && errno == EEXIST)
		sink->fd = open(path, O_WRONLY | O_CLOEXEC);
	return sink->fd < 0 ? err_sys(err, errno, "cannot write %s", path) : 0;
}

int sink_open(struct sink *sink, const char *path, struct err *err)
{
	*sink = (struct sink){ .fd = -1, .terminal = isatty(STDERR_FILENO) };
	if (!path)
		return open_new(sink, err);
	if (strcmp(path, "-") != 0)
		return open_named(sink, path, err);
	snprintf(sink->path, sizeof(sink->path), "%s", path);
	sink->fd = STDOUT_FILENO;
	return 0;
}

static bool to_file(const struct sink *sink)
{
	return sink->fd >= 0 && sink->fd != STDOUT_FILENO;
}

/* A former file's contents go when there is something to put in their place. */
static int start_file(struct sink *sink)
{
	struct stat st;

	if (sink->started)
		return 0;
	sink->started = true;
	if (!to_file(sink) || sink->created)
		return 0;
	if (fstat(sink->fd, &st) == 0 && !S_ISREG(st.st_mode))
		return 0;
	return ftruncate(sink->fd, 0) ? -errno : 0;
}

int sink_write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

static void put_line(struct sink *sink, char *line)
{
	int ret = line ? sink->failed : -ENOMEM;

	if (!ret && sink->fd >= 0)
		ret = start_file(sink);
	if (!ret && sink->fd >= 0)
		ret = sink_write_all(sink->fd, line, strlen(line));
	if (ret && !sink->failed)
		sink->failed = ret;
	free(line);
}

static void take_run(void *arg, const struct record_run *run)
{
	struct sink *sink = arg;

	if (sink->file.n_runs && sink->resumed) {
		if (!record_same_run(&sink->file.runs[0], run, sink->other, sizeof(sink->other)))
			sink->failed = -ESTALE;
		return;
	}
	put_line(sink, record_run_line(run));
	if (record_add_run(&sink->file, run))
		sink->failed = -ENOMEM;
}

static void take_trial(void *arg, const struct record_trial *trial)
{
	struct sink *sink = arg;

	put_line(sink, record_trial_line(trial));
	if (record_add_trial(&sink->file, trial))
		sink->failed = -ENOMEM;
}

static void take_progress(void *arg, int done, int total, const char *running)
{
	(void)arg;
	fprintf(stderr, "\r\033[K%d of %d labs%s%s", done, total, running && *running ? ", " : "",
		running ? running : "");
	fflush(stderr);
}

struct engine_sink sink_for_engine(struct sink *sink)
{
	return (struct engine_sink){
		.arg = sink,
		.run = take_run,
		.trial = take_trial,
		.progress = sink->terminal ? take_progress : NULL,
	};
}

int sink_close(struct sink *sink, struct err *err)
{
	int ret = sink->failed;

	if (sink->terminal)
		fputs("\r\033[K", stderr);
	if (to_file(sink) && close(sink->fd) && !ret)
		ret = -errno;
	if (to_file(sink) && sink->created && !sink->started)
		unlink(sink->path);
	sink->fd = -1;
	if (ret == -ESTALE)
		return err_set(err, ESTALE, "%s was begun in another world: %s differs; nothing was added "
					    "to it, name another file with -o", sink->path, sink->other);
	if (ret == -ENOMEM)
		return err_set(err, ENOMEM, "not enough memory for the records");
	return ret ? err_sys(err, -ret, "the records in %s are not complete", sink->path) : 0;
}

void sink_free(struct sink *sink)
{
	record_file_free(&sink->file);
}
