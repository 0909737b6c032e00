/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: the machine and its clock.
 *
 * -icount shift=0,sleep=off makes one instruction one nanosecond, and lets an idle machine jump to
 * its next timer instead of waiting for it. What happens then depends on instructions alone, so
 * the rest of this file is about two things: nothing from outside may reach the guest (fixed seed,
 * clock from the machine, no devices but ports), and the guest should be idle when it is idle.
 *
 * rr=record is there for its lock; the record goes to /dev/null. Without it the clock itself
 * depends on the host. A halting CPU is marked as halted first (do_hlt, target/i386/tcg/sysemu) and
 * its instructions are accounted a little later (icount_process_data, accel/tcg); the main loop
 * skips idle time whenever it wakes up and sees all CPUs halted (icount_start_warp_timer,
 * softmmu/icount.c), holding a lock that the CPU's thread does not hold meanwhile. If it wakes up
 * in between, it measures the jump from a time that is past, and the clock goes ahead by the
 * instructions that are not accounted yet: 2 ns to 5 us were seen, in one run of 10 to 20 on a busy
 * host, and in all when the main loop wakes up every 20 us; lost packets then are others. Recording
 * makes the thread hold the replay lock from its first instruction to the accounting
 * (icount_prepare_for_run, icount_process_data), and the main loop except while it sleeps
 * (os_host_main_loop_wait). This costs less than can be measured. Booting needs it too, or no two
 * snapshots of a kernel are the same.
 *
 * The guest's timer is the local APIC's, because the HPET's lets the host in a second time. Timers
 * run in the CPU's thread (icount_handle_deadline), and setting one while the CPU is idle skips to
 * the next (timerlist_rearm). The HPET sets its timer again before it raises its interrupt, once
 * each 43 s when its 32 bits wrap and always when it is periodic (hpet_timer, hw/timer), so that
 * interrupt came at the following deadline. Unless the main loop had woken up just before: what it
 * then leaves for the CPU to do makes it count as busy, and the interrupt came when it was due.
 * With a wake-up every 20 us, 7 of 12 sleeps of two hours ended 1 to 8 ns off, and in 1 of 60 runs
 * keepalive found its peer dead 1 us earlier. The APIC raises first (apic_timer, hw/intc).
 * It has to be calibrated in a loop of 0.1 s, which makes booting, but nothing after it, slower.
 *
 *   tsc=reliable, tsc_early_khz  the TSC counts nanoseconds; the kernel need not measure it
 *   psi, nowatchdog, cgroup_disable, damon_stat  things that wake an idle kernel up
 *   console=ttyS0 loglevel=1     a panic's last words, and nothing else
 *   cpuidle.governor      with the machine's one idle state, see acpi.h: else the tick interrupts
 *                         an idle kernel once more after each thing that happens
 *   memmap, numa=off      the box, see box.h, is not the kernel's memory
 *   init_on_alloc, lsm, audit, hardened_usercopy, randomize_kstack_offset  instructions that
 *                         distributions add to each packet, system call and exec. Of the security
 *                         modules it has to be all (lsm= names none): without AppArmor the next of
 *                         them, SELinux, has its say about each packet, with no policy loaded
 *   no la57, smap, smep, umip, pku  likewise: a fifth level of page tables to walk, and flags
 *                         whose change ends a translation block
 *   no xsave, avx, avx2, fma, f16c  registers that are half as wide: less to save and load when
 *                         a context is switched, by helpers outside of the translation (6 % off a lab)
 *   no rdrand, rdseed     the random pool is the seed's alone
 *   no erms, fsrm         TCG runs rep movsb a byte at a time; without these flags the kernel
 *                         copies by eight bytes (2.5 MB in: 0.26 s of wall time, before 0.37 s)
 *
 * A copy has no monitor. QEMU reads one's socket in a thread of its own, which wakes up whenever the
 * clock jumps (qemu_clock_notify, util/qemu-timer.c): 5 to 8 % of the CPU time of a lab in which
 * much happens. What goes wrong there ends QEMU, and is in its log or on the guest's console.
 *
 * Memory is a file, mapped shared when a snapshot is made and privately when it is used. The
 * devices' state then is a file of 13 KB, and restoring takes 0.04 s, start of QEMU included. It is
 * a migration stream with nothing but devices, hence without a configuration at its beginning. The
 * ROMs are neither in the one nor in the other and read as zeros later; no kernel looks at them
 * once it has booted.
 */
#include "engine/virtual/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/virtual/acpi.h"
#include "engine/virtual/hash.h"

#define QEMU "qemu-system-x86_64"

/* Descriptors get these numbers in QEMU, so that its arguments are always the same. */
enum { FD_RAM = 10, FD_BOX, FD_BELL, FD_CONSOLE, FD_QMP, FD_STATE, FD_KERNEL, FD_INITRD,
       FD_SAVE, FD_ACPI, FD_END };

static const char command_line[] =
	"panic=-1 reboot=t quiet loglevel=1 console=ttyS0 nokaslr mitigations=off "
	"tsc=reliable tsc_early_khz=1000000 psi=0 nowatchdog "
	"cgroup_disable=memory damon_stat.enabled=0 "
	"init_on_alloc=0 lsm= audit=0 hardened_usercopy=off randomize_kstack_offset=off "
	"cpuidle.governor=ladder random.trust_cpu=off random.trust_bootloader=off numa=off "
	"memmap=64M$0x100000000";

static const char processor[] = "max,-rdrand,-rdseed,-erms,-fsrm,-la57,-smap,-smep,-umip,-pku,"
				"-xsave,-avx,-avx2,-fma,-f16c";

static const char *const common[] = {
	QEMU, "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot",
	"-M", "pc,max-ram-below-4g=512M",
	"-cpu", processor,
	"-m", "576M", "-accel", "tcg", "-seed", "1",
	"-icount", "shift=0,sleep=off,rr=record,rrfile=/dev/null",
	"-rtc", "base=2026-01-01T00:00:00,clock=vm",
	"-object", "memory-backend-file,id=box,size=64M,mem-path=/proc/self/fd/11,share=on",
	"-numa", "node,memdev=ram", "-numa", "node,memdev=box",
	"-chardev", "file,id=bell,path=/proc/self/fd/12",
	"-device", "isa-debugcon,iobase=0xe9,chardev=bell",
	"-chardev", "file,id=console,path=/proc/self/fd/13", "-serial", "chardev:console",
	"-device", "isa-debug-exit,iobase=0xf4,iosize=4",
	"-device", "pvpanic",
};
#define MONITOR                                                                        \
	"-chardev", "socket,id=qmp,fd=14", "-mon", "chardev=qmp,mode=control", "-action", \
	"panic=pause"
static const char *const to_boot[] = {
	"-object", "memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/10,share=on",
	"-kernel", "/proc/self/fd/16", "-initrd", "/proc/self/fd/17", "-append", command_line,
	"-acpitable", "file=/proc/self/fd/19",
	MONITOR,
};
static const char *const to_go_on[] = {
	"-object", "memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/10,share=on",
	"-incoming", "defer", "-global", "migration.send-configuration=off",
	MONITOR,
};
static const char *const to_copy[] = {
	"-object", "memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/10,share=off",
	"-incoming", "fd:15", "-global", "migration.send-configuration=off",
	"-action", "panic=shutdown",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(FD_RAM == 10 && FD_BOX == 11 && FD_BELL == 12 && FD_CONSOLE == 13 && FD_QMP == 14 &&
	       FD_STATE == 15 && FD_KERNEL == 16 && FD_INITRD == 17 && FD_SAVE == 18 &&
	       FD_ACPI == 19,
	       "as in the arguments");
_Static_assert(BOX_SIZE == 64u << 20 && MACHINE_RAM == 512u << 20, "as in the arguments");
_Static_assert(BOX_PORT_BELL == 0xe9 && BOX_PORT_EXIT == 0xf4, "as in the arguments");

int machine_qemu(char path[], struct err *err)
{
	const char *dirs = getenv("PATH");

	for (const char *at = dirs ? dirs : "/usr/bin:/bin"; *at;) {
		size_t len = strcspn(at, ":");

		snprintf(path, PATH_MAX, "%.*s/" QEMU, (int)len, at);
		if (len && !access(path, X_OK))
			return 0;
		at += len + (at[len] != '\0');
	}
	return err_set(err, ENOENT, QEMU " is not installed (Debian: apt install qemu-system-x86)");
}

int machine_identity(uint64_t *hash, struct err *err)
{
	char path[PATH_MAX];
	struct stat st;
	int ret = machine_qemu(path, err);

	if (ret)
		return ret;
	if (stat(path, &st))
		return err_sys(err, errno, "cannot look at %s", path);
	/* Another version of QEMU is another file; asking it would cost 50 ms in every run. */
	*hash = hash_string(*hash, path);
	*hash = hash_bytes(*hash, &st.st_size, sizeof(st.st_size));
	*hash = hash_bytes(*hash, &st.st_mtim, sizeof(st.st_mtim));
	for (size_t i = 0; i < COUNT(common); i++)
		*hash = hash_string(*hash, common[i]);
	for (size_t i = 0; i < COUNT(to_boot); i++)
		*hash = hash_string(*hash, to_boot[i]);
	*hash = acpi_hash(*hash);
	return 0;
}

/* Moves what QEMU needs to its numbers; everything else stays behind. Runs in the child. */
static int place_descriptors(const int fd[FD_END])
{
	int high[FD_END];

	for (int i = FD_RAM; i < FD_END; i++) {
		high[i] = fd[i] < 0 ? -1 : fcntl(fd[i], F_DUPFD_CLOEXEC, FD_END);
		if (fd[i] >= 0 && high[i] < 0)
			return -1;
	}
	if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */))
		return -1;
	for (int i = FD_RAM; i < FD_END; i++)
		if (high[i] >= 0 && dup2(high[i], i) < 0)
			return -1;
	return 0;
}

static _Noreturn void become_qemu(const char *path, char **argv, const int fd[FD_END],
				  const struct machine *m, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	setsid(); /* the terminal's ^C is for us; we decide about QEMU */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(127);
	seat_sit(&m->seat);
	if (null < 0 || dup2(null, 0) < 0 || dup2(m->log, 1) < 0 || dup2(m->log, 2) < 0 ||
	    place_descriptors(fd))
		_exit(127);
	execv(path, argv);
	dprintf(2, "cannot execute %s: %s\n", path, strerror(errno));
	_exit(127);
}

int machine_open(struct machine *m, struct err *err)
{
	*m = (struct machine){ .pidfd = -1, .bell = -1, .qmp = -1,
			       .seat = { -1, -1 } };
	m->box_fd = memfd_create("deadpeer-box", MFD_CLOEXEC);
	m->console = memfd_create("deadpeer-console", MFD_CLOEXEC);
	m->log = memfd_create("deadpeer-log", MFD_CLOEXEC);
	if (m->box_fd < 0 || m->console < 0 || m->log < 0 || ftruncate(m->box_fd, BOX_SIZE))
		return err_sys(err, errno, "cannot get memory to share with the guest");
	m->box = mmap(NULL, BOX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, m->box_fd, 0);
	if (m->box == MAP_FAILED) {
		m->box = NULL;
		return err_sys(err, errno, "cannot map the memory shared with the guest");
	}
	return 0;
}

/* @qmp: NULL for a machine without a monitor. */
static int make_ends(int bell[2], int qmp[2], struct err *err)
{
	if (pipe2(bell, O_CLOEXEC) ||
	    (qmp && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp)))
		return err_sys(err, errno, "cannot make a pipe to QEMU");
	/* The ring relies on it, see box.h. */
	if (fcntl(bell[1], F_SETPIPE_SZ, BOX_BELL_PIPE) != BOX_BELL_PIPE)
		return err_sys(err, errno ? errno : EINVAL, "cannot size the pipe to QEMU");
	fcntl(bell[0], F_SETFL, O_NONBLOCK);
	if (qmp)
		fcntl(qmp[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

int machine_spawn(struct machine *m, const struct machine_start *start, struct err *err)
{
	static const struct {
		const char *const *argv;
		size_t n;
	} more[] = {
		[MACHINE_FIRST] = { to_boot, COUNT(to_boot) },
		[MACHINE_GO_ON] = { to_go_on, COUNT(to_go_on) },
		[MACHINE_COPY] = { to_copy, COUNT(to_copy) },
	};
	const char *argv[COUNT(common) + COUNT(to_boot) + COUNT(to_copy) + 1] = { 0 };
	bool first = start->how == MACHINE_FIRST;
	int bell[2] = { -1, -1 }, qmp[2] = { -1, -1 };
	pid_t parent = getpid();
	char path[PATH_MAX];
	int ret = machine_qemu(path, err), acpi = -1;

	if (!ret)
		ret = make_ends(bell, start->how == MACHINE_COPY ? NULL : qmp, err);
	if (!ret && first) {
		acpi = acpi_open(err);
		ret = acpi < 0 ? acpi : 0;
	}
	m->bell = bell[0];
	m->qmp = qmp[0];
	if (!ret) {
		int fd[FD_END];

		memset(fd, -1, sizeof(fd));
		fd[FD_RAM] = start->ram;
		fd[FD_BOX] = m->box_fd;
		fd[FD_BELL] = bell[1];
		fd[FD_CONSOLE] = m->console;
		fd[FD_QMP] = qmp[1];
		fd[FD_STATE] = first ? -1 : start->state;
		fd[FD_KERNEL] = first ? start->kernel : -1;
		fd[FD_INITRD] = first ? start->initrd : -1;
		fd[FD_SAVE] = start->how == MACHINE_COPY ? -1 : start->save;
		fd[FD_ACPI] = acpi;
		memcpy(argv, common, sizeof(common));
		memcpy(argv + COUNT(common), more[start->how].argv,
		       more[start->how].n * sizeof(*argv));
		seat_take(&m->seat);
		m->pid = fork();
		if (!m->pid)
			become_qemu(path, (char **)argv, fd, m, parent);
		if (m->pid < 0) {
			m->pid = 0;
			ret = err_sys(err, errno, "cannot fork for QEMU");
		}
	}
	close_one(bell[1]);
	close_one(qmp[1]);
	close_one(acpi);
	if (ret)
		return ret;
	m->pidfd = (int)syscall(SYS_pidfd_open, m->pid, 0);
	if (m->pidfd < 0)
		return err_sys(err, errno, "cannot watch QEMU");
	fcntl(m->pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}

int machine_reap(struct machine *m)
{
	int status = 0;

	while (m->pid && waitpid(m->pid, &status, 0) < 0 && errno == EINTR)
		;
	m->pid = 0;
	return status;
}

void machine_close(struct machine *m)
{
	if (m->pid) {
		kill(m->pid, SIGKILL);
		machine_reap(m);
	}
	if (m->box)
		munmap(m->box, BOX_SIZE);
	if (!m->box_fd)
		return;
	close_one(m->box_fd);
	close_one(m->console);
	close_one(m->log);
	close_one(m->pidfd);
	close_one(m->bell);
	close_one(m->qmp);
	seat_leave(&m->seat);
	*m = (struct machine){ 0 };
}
