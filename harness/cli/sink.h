/* SPDX-License-Identifier: MIT */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <stdbool.h>

#include "engine/engine.h"
#include "record/record.h"

/*
 * Where a run's records go: into memory for the table, and line by line into a file as they come,
 * so that a run that is killed leaves every finished trial. The file is opened before the run, and
 * nothing in it is touched before the first record; an unused new one is removed again.
 */
struct sink {
	char path[512]; /* "": no file */
	int fd;         /* -1: none */
	bool created, started, terminal;
	bool resumed;   /* it holds the beginning of this run already */
	char other[320]; /* resumed: what differs from that beginning */
	int failed;     /* a negative errno: the file is not complete, or memory ran out */
	struct record_file file;
};

/* @path: a file, "-" for standard output, or NULL for a new one in results/runs where there is a
 * results folder. 0, or a negative errno and a sentence. */
int sink_open(struct sink *sink, const char *path, struct err *err);

/* For the engine; @sink must stay where it is. */
struct engine_sink sink_for_engine(struct sink *sink);

/* Ends the progress line and closes the file. 0, or what went wrong on the way. */
int sink_close(struct sink *sink, struct err *err);
void sink_free(struct sink *sink);

/* write(2) until everything is written. 0 or a negative errno. */
int sink_write_all(int fd, const char *text, size_t n);

#endif
