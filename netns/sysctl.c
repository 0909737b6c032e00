/* SPDX-License-Identifier: MIT */
#include "netns/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* /proc/sys/net shows the namespace of the thread that opens it, whoever mounted /proc. */

enum { SYSCTL_PATH_MAX = 256, SYSCTL_VALUE_MAX = 512 };

struct access {
	const char *name;
	char path[SYSCTL_PATH_MAX];
	const char *write; /* NULL: only read */
	char value[SYSCTL_VALUE_MAX];
};

static int make_path(struct access *acc, struct err *err)
{
	const char *name = acc->name;
	char *p;

	if (strncmp(name, "net.", 4) != 0 || strchr(name, '/') || strstr(name, "..") ||
	    name[strlen(name) - 1] == '.')
		return err_set(err, EINVAL,
			       "sysctl \"%s\" is not of a network namespace; only names such as "
			       "net.ipv4.tcp_retries2 can be used", name);
	if (snprintf(acc->path, sizeof(acc->path), "/proc/sys/%s", name) >=
	    (int)sizeof(acc->path))
		return err_set(err, EINVAL, "sysctl \"%s\": the name is too long", name);
	for (p = acc->path; *p; p++)
		if (*p == '.')
			*p = '/';
	return 0;
}

static int failed(const struct access *acc, int code, struct err *err)
{
	switch (code) {
	case ENOENT:
		return err_set(err, ENOENT,
			       "sysctl %s: this kernel has none of that name in a network "
			       "namespace; list them with: unshare -rn sysctl net", acc->name);
	case EACCES:
	case EPERM:
	case EROFS:
		return err_set(err, code,
			       "sysctl %s: %s; run where /proc/sys is writable, as root or in a "
			       "user namespace", acc->name, strerror(code));
	default:
		return err_sys(err, code, "sysctl %s%s%s", acc->name, acc->write ? " = " : "",
			       acc->write ? acc->write : "");
	}
}

static int read_value(struct access *acc, struct err *err)
{
	int fd, code = 0;
	ssize_t n;

	fd = open(acc->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(acc, errno, err);
	n = read(fd, acc->value, sizeof(acc->value) - 1);
	if (n < 0)
		code = errno;
	close(fd);
	if (code)
		return failed(acc, code, err);
	while (n > 0 && (acc->value[n - 1] == '\n' || acc->value[n - 1] == ' '))
		n--;
	acc->value[n] = '\0';
	return 0;
}

static int write_value(struct access *acc, struct err *err)
{
	int fd, code = 0;

	fd = open(acc->path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(acc, errno, err);
	if (write(fd, acc->write, strlen(acc->write)) < 0)
		code = errno;
	close(fd);
	return code ? failed(acc, code, err) : 0;
}

static const char *next_word(const char *text, size_t *length)
{
	text += strspn(text, " \t\n");
	*length = strcspn(text, " \t\n");
	return text;
}

static bool same_words(const char *a, const char *b)
{
	size_t na, nb;

	do {
		a = next_word(a, &na);
		b = next_word(b, &nb);
		if (na != nb || strncmp(a, b, na) != 0)
			return false;
		a += na;
		b += nb;
	} while (na);
	return true;
}

static int access_inside(void *arg, struct err *err)
{
	struct access *acc = arg;
	int ret;

	if (acc->write) {
		ret = write_value(acc, err);
		if (ret)
			return ret;
	}
	ret = read_value(acc, err);
	if (!ret && acc->write && !same_words(acc->write, acc->value))
		return err_set(err, EIO, "sysctl %s = %s: the kernel keeps %s", acc->name,
			       acc->write, acc->value);
	return ret;
}

int sysctl_set(struct netns *ns, const char *name, const char *value, struct err *err)
{
	struct access acc = { .name = name, .write = value };
	int ret = make_path(&acc, err);

	return ret ? ret : netns_within(ns, access_inside, &acc, err);
}

int sysctl_get(struct netns *ns, const char *name, char *buf, size_t size, struct err *err)
{
	struct access acc = { .name = name };
	int ret = make_path(&acc, err);

	if (!ret)
		ret = netns_within(ns, access_inside, &acc, err);
	if (ret)
		return ret;
	if (snprintf(buf, size, "%s", acc.value) >= (int)size)
		return err_set(err, ENOSPC, "sysctl %s: the value does not fit", name);
	return 0;
}
