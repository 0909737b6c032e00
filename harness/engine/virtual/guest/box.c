/* SPDX-License-Identifier: MIT */
/* The guest's end of the box: see box.h. Ports are reached by iopl(2), the memory through /dev/mem, which
 * gives out what the kernel does not call its own (CONFIG_STRICT_DEVMEM). */
#include "engine/virtual/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <unistd.h>

struct box_head *box;
static uint64_t sent; /* slots filled so far */

void box_open(void)
{
	void *at;
	int fd;

	if (iopl(3))
		guest_die(errno, "cannot get access to the I/O ports");
	fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		guest_die(errno, "cannot open /dev/mem (the kernel needs CONFIG_DEVMEM)");
	at = mmap(NULL, BOX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, BOX_GUEST_ADDR);
	if (at == MAP_FAILED)
		guest_die(errno, "cannot map the memory shared with the host");
	/* /dev/mem fills in all its pages at once, and a fork would copy them one by one. */
	if (madvise(at, BOX_SIZE, MADV_DONTFORK))
		guest_die(errno, "cannot keep the memory shared with the host to this process");
	close(fd);
	box = at;
}

void box_send(enum box_stream stream, const char *text, uint32_t len)
{
	struct box_slot *slot = (struct box_slot *)((char *)box + BOX_OUT) + sent++ % BOX_SLOTS;

	memcpy(slot->text, text, len);
	slot->stream = stream;
	slot->len = len;
	__asm__ volatile("" ::: "memory");
	outb(1, BOX_PORT_BELL);
}

/* The TSC is QEMU's virtual clock (helper_rdtsc, target/i386/tcg), which takes an instruction for a
 * nanosecond. Six of them after it has been read, the last of them executed, the machine stops. */
void box_pause(void)
{
	__asm__ volatile("rdtsc\n\t"
			 "shlq $32, %%rdx\n\t"
			 "leaq 6(%%rax, %%rdx), %%rax\n\t"
			 "movq %%rax, %[stopped]\n\t"
			 "movl %[value], %%eax\n\t"
			 "movl %[port], %%edx\n\t"
			 "outb %%al, %%dx"
			 : [stopped] "=m"(box->stopped_ns)
			 : [value] "i"(BOX_PAUSE), [port] "i"(BOX_PORT_PAUSE)
			 : "rax", "rdx", "cc", "memory");
}

_Noreturn void box_exit(enum box_end end, int status)
{
	box->status = status;
	box->ended_ns = guest_now_ns();
	box->end = end;
	__asm__ volatile("" ::: "memory");
	outl(BOX_EXIT_VALUE, BOX_PORT_EXIT);
	for (;;)
		pause();
}
