/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "netns/err.h"
#include "record/emit.h"
#include "record/record.h"

/*
 * One self-contained HTML page of any number of result files: the sources in harness/report/page/
 * put together, and the records inside it. The page asks the network for nothing, and its content
 * security policy forbids it to.
 */

struct page_input {
	const char *name; /* as the page calls the file */
	const struct record_file *file;
};

/* @version: of the program that writes it. The same records give the same bytes. 0, or a negative
 * errno and a sentence; *text is malloc'ed. */
int page_make(const struct page_input *inputs, int n, const char *version, char **text,
	      struct err *err);

/* Inside the room: the records as one JSON object (page_data.c says how), malloc'ed; NULL: no
 * memory. */
char *page_data(const struct page_input *inputs, int n, const char *version, struct err *err);

/* @text deflated (RFC 1950) and in base64 (RFC 4648), malloc'ed; NULL: no memory. */
char *page_pack(const char *text);

#endif
