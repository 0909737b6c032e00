/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SYSCTL_H
#define NETNS_SYSCTL_H

#include <stddef.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * Sysctls of one namespace, by their dotted name: "net.ipv4.tcp_retries2". Only names under net.
 * are taken (-EINVAL): the others belong to the whole machine. -ENOENT: this kernel has none of
 * that name, at least not in this namespace; many net.core ones are the host's only.
 */

/* Writes, reads back, and compares word by word: -EIO when the kernel kept something else. */
int sysctl_set(struct netns *ns, const char *name, const char *value, struct err *err);

/* The value without its newline. -ENOSPC: @size is too small. */
int sysctl_get(struct netns *ns, const char *name, char *buf, size_t size, struct err *err);

#endif
