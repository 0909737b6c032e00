/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PARCEL_H
#define ENGINE_PARCEL_H

#include <stddef.h>
#include <stdint.h>

#include "netns/err.h"

/*
 * What a guest hands out on its standard output: parcels, each with its kind and its length before
 * it. Both ends are the same program.
 */
enum parcel_kind {
	PARCEL_WORLD = 1, /* a struct record_run, as far as the guest knows it */
	PARCEL_CAPTURE,   /* the next bytes of the lab's pcapng file */
	PARCEL_FINDINGS,  /* findings_pack() */
};

/* write(2) of a whole parcel. */
int parcel_put(int fd, enum parcel_kind kind, const void *bytes, size_t size, struct err *err);

/* A stream of parcels, cut anywhere; zero it. */
struct parcels {
	char *bytes; /* of a parcel that is not whole yet, with its head */
	size_t n, size;
};

/* Hands each parcel that has become whole to @take, with bytes that are aligned as from malloc(3).
 * -ENOMEM: this piece is lost. */
int parcels_feed(struct parcels *parcels, const char *bytes, size_t n,
		 void (*take)(void *arg, enum parcel_kind kind, const char *bytes, size_t size),
		 void *arg);
void parcels_free(struct parcels *parcels);

#endif
