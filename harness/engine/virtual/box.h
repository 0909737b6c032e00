/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_BOX_H
#define ENGINE_VIRTUAL_BOX_H

#include <signal.h>
#include <stdint.h>

/*
 * The box: memory that host and guest share, and all that ever passes between them.
 *
 * On the host it is a memfd, in the guest a piece of RAM of its own at a fixed address, which the
 * kernel is told to leave alone (memmap=) and which /dev/mem gives out. Nothing is emulated on
 * access, so bytes move at the speed of memcpy, and there is no interrupt and no timer that could
 * disturb the guest's clock. A PCI device with such memory (ivshmem) does not do: a snapshot
 * without its contents is refused, because its address is not known before it is restored.
 *
 *   0        struct box_head
 *   BOX_IN   the job: argv strings, the file table, the bytes of the program, the files, the input
 *   BOX_OUT  a ring of slots; slot i of the stream lies at index i % BOX_SLOTS
 *
 * The guest fills a slot and then writes one byte to the port BOX_PORT_BELL, which QEMU writes to
 * a pipe: n bytes in the pipe are n slots to read. The pipe is what keeps a fast guest from
 * overtaking a slow host. It holds BOX_BELL_PIPE bytes; when it is full QEMU blocks inside the
 * port write, where no guest instruction is executed and so no guest time passes. The host empties
 * slots before it takes more than BOX_BELL_BATCH further bytes. Hence never more than
 * BOX_BELL_PIPE + 1 + BOX_BELL_BATCH slots are full, and the ring has more than that.
 *
 * Both sides are x86-64 and of one build: BOX_VERSION changes with the layout.
 */

#define BOX_MAGIC   UINT64_C(0x786f627265657064)
#define BOX_VERSION 5u

#define BOX_SIZE     (64u << 20)
#define BOX_IN       (64u << 10)
#define BOX_OUT      (32u << 20)
#define BOX_IN_SIZE  (BOX_OUT - BOX_IN)
#define BOX_SLOT     4096u
#define BOX_SLOTS    ((BOX_SIZE - BOX_OUT) / BOX_SLOT)
#define BOX_SLOT_MAX (BOX_SLOT - 8u) /* bytes of text in one slot */

#define BOX_BELL_PIPE  4096
#define BOX_BELL_BATCH 1024
_Static_assert(BOX_SLOTS > BOX_BELL_PIPE + 1 + BOX_BELL_BATCH, "the bell must hold the guest back");

/* I/O ports. The bell is an isa-debugcon, exit an isa-debug-exit, pause a pvpanic device. */
#define BOX_PORT_BELL  0xe9
#define BOX_PORT_EXIT  0xf4
#define BOX_PORT_PAUSE 0x505
#define BOX_PAUSE      1 /* PVPANIC_PANICKED, docs/specs/pvpanic of QEMU */

/* QEMU exits with (value << 1) | 1 (hw/misc/debugexit.c). */
#define BOX_EXIT_VALUE 0x28
#define BOX_EXIT_CODE  ((BOX_EXIT_VALUE << 1) | 1)

/* Where the guest sees the box: the first address above 4 GiB. */
#define BOX_GUEST_ADDR UINT64_C(0x100000000)

enum box_task {
	BOX_RUN,   /* run the program */
	BOX_LOAD,  /* start it, and stop the machine once it says that it is ready (BOX_READY) */
	BOX_GO_ON, /* let it go on, with the job's input on its standard input */
};

/* What a program that is loaded sends to PID 1 (kill(2)) before it reads from its standard input. */
#define BOX_READY SIGUSR2

/* What it sends later (sigqueue(3)), with its exit status, when all it had to say is in its pipes: the
 * machine may end, and the program with it. */
#define BOX_DONE SIGUSR1

/* A loaded program's input: as much as its pipe takes at once. */
#define BOX_INPUT_MAX (1u << 20)

enum box_stream { BOX_STDOUT = 1, BOX_STDERR = 2 };

enum box_end {
	BOX_END_NONE,     /* the guest has not ended by itself */
	BOX_END_EXIT,     /* the program ended: .status is its wait status */
	BOX_END_DEADLINE, /* guest time ran out first */
	BOX_END_ERROR,    /* .error says why the guest could not run the program */
};

struct box_file {
	char name[112]; /* no slash */
	uint64_t off;   /* from BOX_IN */
	uint64_t len;   /* bytes */
};

struct box_head {
	uint64_t magic;
	uint32_t version;
	uint32_t argc;        /* strings, each with its NUL, at argv_off */
	uint64_t argv_off;    /* from BOX_IN, as every offset here */
	uint64_t files_off;   /* struct box_file[nfiles]; the first is the program */
	uint32_t nfiles;
	uint32_t task;        /* enum box_task */
	uint64_t input_off, input_len; /* BOX_GO_ON */
	uint64_t seed;
	int64_t deadline_ns;  /* of guest time after the program's start */

	/* Written by the guest. */
	uint32_t end;         /* enum box_end */
	int32_t status;       /* wait status, wait(2) */
	int64_t snapshot_ns;  /* CLOCK_MONOTONIC of the guest at the snapshot point */
	int64_t stopped_ns;   /* QEMU's virtual clock there */
	int64_t started_ns;   /* when the program was started */
	int64_t ended_ns;
	char release[65];     /* uname -r of the guest */
	char error[256];
};

struct box_slot {
	uint32_t stream; /* enum box_stream */
	uint32_t len;
	char text[BOX_SLOT_MAX];
};

_Static_assert(sizeof(struct box_head) <= BOX_IN, "the head fits before the job");
_Static_assert(sizeof(struct box_slot) == BOX_SLOT, "a slot is a slot");

#endif
