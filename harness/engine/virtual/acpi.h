/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_ACPI_H
#define ENGINE_VIRTUAL_ACPI_H

#include <stdint.h>

#include "netns/err.h"

/*
 * An ACPI table (SSDT) that gives the guest's processor one idle state, C1: the halt instruction,
 * which is what it does anyway. But with a state to choose the kernel asks an idle governor
 * (kernel/sched/idle.c: cpuidle_idle_call), and the one called ladder always lets the tick stop.
 * Without a state, current kernels, 6.1's stable series among them, keep the tick when they become
 * idle and stop it only when it has fired once more: one interrupt more for whatever happens.
 *
 * A descriptor with the table, for QEMU's -acpitable, or a negative errno.
 */
int acpi_open(struct err *err);

/* @hash and the table. */
uint64_t acpi_hash(uint64_t hash);

#endif
