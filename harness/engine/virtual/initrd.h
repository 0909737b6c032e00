/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_INITRD_H
#define ENGINE_VIRTUAL_INITRD_H

#include "netns/err.h"

/* The guest's init and its kernel's modules as an initramfs in a memfd. @modules: a directory
 * .../lib/modules/RELEASE. The descriptor, or a negative errno. */
int initrd_build(const char *modules, struct err *err);

#endif
