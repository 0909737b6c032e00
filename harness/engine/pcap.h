/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PCAP_H
#define ENGINE_PCAP_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"

/*
 * Where a lab's capture goes (trial/trial.h: captured): into a folder, as SCENARIO.pcapng; or, from a
 * guest that has no disk, as lines on standard output between its records, from which the engine
 * outside makes the same file.
 */

/* @arg: the folder. */
int pcap_keep(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
	      struct err *err);

/* @arg is not used. */
int pcap_print(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
	       struct err *err);

/* The lines of one guest, put together again. Zero it with .fd = -1. */
struct pcap_file {
	int fd;
	int ret; /* of the first failure, with err */
	struct err err;
};

/* True: the line was a piece of a capture, and is taken care of. */
bool pcap_take(struct pcap_file *file, const char *dir, const char *line, size_t len);

/* Names the file after the lab, and after @kernel too where that is not NULL. 0 where there was no
 * capture. */
int pcap_end(struct pcap_file *file, const char *dir, const struct plan_lab *lab,
	     const char *kernel, struct err *err);

/* Drops what there is. */
void pcap_abort(struct pcap_file *file);

#endif
