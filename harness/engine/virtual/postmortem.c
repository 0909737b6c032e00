/* SPDX-License-Identifier: MIT */
/* What went wrong with a machine, in one sentence, from what it left: the console, QEMU's log and
 * its wait status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/virtual/machine.h"

enum { TAIL = 4096, LINE = 240 };

/* The last TAIL bytes of a memfd, as text. */
static void read_tail(int fd, char text[TAIL + 1])
{
	struct stat st = { 0 };
	off_t from;
	ssize_t n;

	fstat(fd, &st);
	from = st.st_size > TAIL ? st.st_size - TAIL : 0;
	n = pread(fd, text, TAIL, from);
	text[n > 0 ? n : 0] = '\0';
	for (ssize_t i = 0; i < n; i++)
		if (!text[i] || text[i] == '\r')
			text[i] = ' ';
}

static void copy_line(char line[LINE], const char *from)
{
	size_t len = strcspn(from, "\n");

	while (len && from[len - 1] == ' ')
		len--;
	snprintf(line, LINE, "%.*s", (int)len, from);
}

/* The last line that says something; warnings do not. "" when there is none. */
static void last_line(char *text, char line[LINE])
{
	line[0] = '\0';
	for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n"))
		if (at[strspn(at, " ")] && !strstr(at, "warning:"))
			copy_line(line, at);
}

int machine_panicked(const struct machine *m, struct err *err)
{
	static const char key[] = "Kernel panic - not syncing: ";
	char text[TAIL + 1], line[LINE];
	const char *at;

	read_tail(m->console, text);
	at = strstr(text, key);
	if (at)
		copy_line(line, at + strlen(key));
	else
		last_line(text, line);
	if (at)
		return err_set(err, ENOTRECOVERABLE, "the guest's kernel panicked: %s", line);
	return err_set(err, ENOTRECOVERABLE, "the guest's kernel stopped%s%s",
		       line[0] ? "; its last words: " : " without a word", line);
}

int machine_postmortem(const struct machine *m, int status, struct err *err)
{
	char text[TAIL + 1], line[LINE];

	if (WIFSIGNALED(status))
		return err_set(err, ECHILD, "QEMU was killed by signal %d (%s)", WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == BOX_EXIT_CODE && m->box->end == BOX_END_ERROR)
		return err_set(err, EIO, "in the guest: %.*s", (int)sizeof(m->box->error) - 1,
			       m->box->error);
	if (!WEXITSTATUS(status))
		return machine_panicked(m, err);
	read_tail(m->log, text);
	last_line(text, line);
	return err_set(err, EIO, "QEMU failed (exit code %d)%s%s", WEXITSTATUS(status),
		       line[0] ? ": " : "", line);
}
