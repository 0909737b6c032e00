/* SPDX-License-Identifier: MIT */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One row per key of a line, in the order in which the keys are written. The writer (record.c) and
 * the reader (read.c) both walk these rows; results/record.schema.json says the same to others, and
 * a test compares the two.
 */
enum field_type {
	FIELD_STRING,  /* char[size] */
	FIELD_TEXT,    /* char[size]; "" is null */
	FIELD_INT,     /* int */
	FIELD_TEXT_IF, /* char[size]; "": the line has no such key */
	FIELD_INT_IF,  /* int; 0: the line has no such key */
	FIELD_NS,      /* int64_t */
	FIELD_NS_NULL, /* int64_t; RECORD_NULL is null */
	FIELD_U64,     /* uint64_t */
	FIELD_BOOL,    /* bool */
	FIELD_NAME,    /* an enum, written as its name in .names */
	FIELD_ERRNO,   /* int, written as record_errno_name(); 0 is null */
	FIELD_OPTIONS, /* char[size] "a=1,b=2", an object of strings */
	FIELD_SYSCTLS, /* record_run.sysctl and its count, an object of strings */
	FIELD_EXPECT,  /* record_trial.expect and its bounds: {"lo_ns","hi_ns"}, "never" or null */
	FIELD_CLAIM,   /* record_claim: an object, or null */
	FIELD_COUNTS,  /* int for each of .names, an object of those that are not 0 */
	FIELD_TIMES,   /* summary_cell.times, ascending */
};

struct field {
	const char *key; /* NULL ends the rows */
	enum field_type type;
	size_t offset, size;
	int64_t min;              /* FIELD_INT, FIELD_NS: the smallest that is accepted */
	const char *const *names; /* FIELD_NAME; NULL-terminated */
};

/* May a line do without the key? So it can be added and older files can still be read. */
bool field_may_lack(const struct field *field);

/* The place of a member, for a row. */
#define FIELD_AT(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

/* The world that trials ran in, as a run's line and a baseline's first one say it. */
#define FIELD_RUN_ROWS \
	{ "engine", FIELD_STRING, FIELD_AT(record_run, engine), 0, NULL }, \
	{ "kernel", FIELD_STRING, FIELD_AT(record_run, kernel), 0, NULL }, \
	{ "hz", FIELD_INT, FIELD_AT(record_run, hz), 0, NULL }, \
	{ "sysctls", FIELD_SYSCTLS, FIELD_AT(record_run, sysctl), 0, NULL }, \
	{ "seed", FIELD_U64, FIELD_AT(record_run, seed), 0, NULL }

extern const struct field record_run_fields[], record_trial_fields[];

/* A line with its newline, malloc'ed; NULL when memory ran out. */
char *field_line(const char *kind, const struct field *fields, const void *line);

#define RECORD_KIND_RUN   "run"
#define RECORD_KIND_TRIAL "trial"

#endif
