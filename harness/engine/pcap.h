/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PCAP_H
#define ENGINE_PCAP_H

#include <stddef.h>

#include "plan/plan.h"

/*
 * Where a lab's capture goes (trial/trial.h: captured): into a folder, as SCENARIO.pcapng. From a guest,
 * which has no disk, it comes in pieces.
 */

/* @arg: the folder. */
int pcap_keep(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
	      struct err *err);

/* What one guest hands out, put together again. Zero it with .fd = -1. */
struct pcap_file {
	int fd;
	int ret; /* of the first failure, with err */
	struct err err;
};

/* The next piece, for the folder @dir. What goes wrong is said at the end. */
void pcap_take(struct pcap_file *file, const char *dir, const char *bytes, size_t size);

/* Names the file after the lab, and after @kernel too where that is not NULL. 0 where there was no
 * capture. */
int pcap_end(struct pcap_file *file, const char *dir, const struct plan_lab *lab,
	     const char *kernel, struct err *err);

/* Drops what there is. */
void pcap_abort(struct pcap_file *file);

#endif
