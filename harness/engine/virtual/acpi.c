/* SPDX-License-Identifier: MIT */
/*
 * The table as ACPI 6.5 has it in 5.2.11.2 (SSDT), 8.4.1.1 (_CST) and 20.2 (AML):
 *
 *   Scope (\_SB.CPUS.C000)              the processor's name in QEMU (hw/acpi/cpu.c)
 *   {
 *       Name (_CST, Package ()
 *       {
 *           1,                          one state:
 *           Package ()
 *           {
 *               ResourceTemplate () { Register (FFixedHW, 0, 0, 0) },  halt
 *               1,                      it is C1,
 *               1,                      left within 1 us,
 *               1                       and takes 1 mW
 *           }
 *       })
 *   }
 */
#include "engine/virtual/acpi.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/virtual/hash.h"

static const unsigned char table[] = {
	/* Signature, length, revision, checksum (the bytes' sum is 0); who made it, what and which. */
	'S', 'S', 'D', 'T', 89, 0, 0, 0, 2, 0x02,
	'D', 'E', 'A', 'D', 'P', 'R', 'C', '1', 'S', 'T', 'A', 'T', 'E', 0, 1, 0, 0, 0,
	'D', 'E', 'A', 'D', 1, 0, 0, 0,
	/* Scope of 52 bytes: from the root, a path of three names. */
	0x10, 52, '\\', 0x2f, 3, '_', 'S', 'B', '_', 'C', 'P', 'U', 'S', 'C', '0', '0', '0',
	/* Name, and a Package of 30 bytes with two elements: 1 and */
	0x08, '_', 'C', 'S', 'T', 0x12, 30, 2, 0x01,
	/* a Package of 26 bytes with four: a Buffer of 20 bytes, whose size is 17, and three times 1. */
	0x12, 26, 4, 0x11, 20, 0x0a, 17,
	/* Generic Register Descriptor of 12 bytes (6.4.3.7), space 0x7f: FFixedHW; the end tag. */
	0x82, 12, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x79, 0,
	0x01, 0x01, 0x01,
};

_Static_assert(sizeof(table) == 89, "as its header says");

uint64_t acpi_hash(uint64_t hash)
{
	return hash_bytes(hash, table, sizeof(table));
}

int acpi_open(struct err *err)
{
	int fd = memfd_create("deadpeer-acpi", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, errno, "cannot get memory for an ACPI table");
	if (write(fd, table, sizeof(table)) == (ssize_t)sizeof(table))
		return fd;
	close(fd);
	return err_set(err, EIO, "cannot write an ACPI table");
}
