/* SPDX-License-Identifier: MIT */
#include "engine/virtual/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become_tool(const char *const argv[], const char *cwd, int out, int errs,
				  pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(126);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(errs, 2) < 0 || chdir(cwd))
		_exit(126);
	setenv("LC_ALL", "C", 1);
	execvp(argv[0], (char **)argv);
	_exit(errno == ENOENT ? 127 : 126);
}

static char *read_all(int fd, size_t *size)
{
	struct stat st = { 0 };
	char *text;
	ssize_t n;

	fstat(fd, &st);
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return NULL;
	n = pread(fd, text, (size_t)st.st_size, 0);
	n = n > 0 ? n : 0;
	text[n] = '\0';
	if (size)
		*size = (size_t)n;
	return text;
}

static int failure(const char *name, int status, int errs, struct err *err)
{
	char *text, *last = NULL;
	int ret;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, ENOENT, "there is no %s on this machine", name);
	text = read_all(errs, NULL);
	for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
		if (strncmp(line, "W:", 2) != 0)
			last = line;
	ret = err_set(err, EIO, "%s failed%s%.300s", name, last ? ": " : "", last ? last : "");
	free(text);
	return ret;
}

int tool_run(const char *const argv[], const char *cwd, char **out, size_t *size,
	     struct err *err)
{
	int output = memfd_create("deadpeer-out", MFD_CLOEXEC);
	int errs = memfd_create("deadpeer-err", MFD_CLOEXEC);
	pid_t parent = getpid(), pid = -1;
	int status = 0, ret = 0;

	if (output >= 0 && errs >= 0)
		pid = fork();
	if (!pid)
		become_tool(argv, cwd, output, errs, parent);
	if (pid < 0)
		ret = err_sys(err, errno, "cannot run %s", argv[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!ret && status)
		ret = failure(argv[0], status, errs, err);
	if (!ret && out && !(*out = read_all(output, size)))
		ret = err_set(err, ENOMEM, "no memory for the output of %s", argv[0]);
	if (output >= 0)
		close(output);
	if (errs >= 0)
		close(errs);
	return ret;
}
