/* SPDX-License-Identifier: MIT */
/* See apt.conf(5), apt-get(8) for indextargets and download, sources.list(5). The hooks that a
 * system may have for its own cache and lists are none of ours, and are cleared. */
#include "engine/virtual/apt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/virtual/tool.h"

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

static int write_file(const char *dir, const char *name, const char *text, struct err *err)
{
	char path[PATH_MAX];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "we");
	if (!out || fputs(text, out) < 0 || fclose(out))
		return err_sys(err, errno, "cannot write %s", path);
	return 0;
}

static int configure(struct apt *apt, const char *dir, const char *more, struct err *err)
{
	char text[4 * PATH_MAX];

	if (strlen(dir) >= sizeof(apt->dir) - 64)
		return err_set(err, ENAMETOOLONG, "the cache directory's name is too long");
	snprintf(apt->dir, sizeof(apt->dir), "%s", dir);
	snprintf(text, sizeof(text),
		 "#clear APT::Update::Pre-Invoke;\n"
		 "#clear APT::Update::Post-Invoke;\n"
		 "#clear APT::Update::Post-Invoke-Success;\n"
		 "#clear DPkg::Post-Invoke;\n"
		 "APT::Sandbox::User \"root\";\n"
		 "Acquire::Languages \"none\";\n"
		 "Acquire::Retries \"2\";\n"
		 "APT::Update::Error-Mode \"any\";\n"
		 "Dir::Cache \"%s/cache\";\n%s", dir, more);
	return write_file(dir, "apt.conf", text, err);
}

static int run(const struct apt *apt, const char *program, const char *verb, const char *arg,
	       char **out, struct err *err)
{
	char config[PATH_MAX + 16];
	const char *const argv[] = { program, "-c", config, verb, arg, NULL };
	int ret;

	snprintf(config, sizeof(config), "%s/apt.conf", apt->dir);
	ret = tool_run(argv, apt->dir, out, NULL, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT, "kernels are fetched with apt, and this machine has no %s; "
			       "name a kernel of your own instead", program);
	return ret;
}

int apt_open(struct apt *apt, const char *dir, struct err *err)
{
	return configure(apt, dir, "", err);
}

/* The value of a line KEY=value of /etc/os-release, or "". */
static void os_release(const char *key, char value[64])
{
	FILE *in = fopen("/etc/os-release", "re");
	size_t len = strlen(key);
	char line[256];

	value[0] = '\0';
	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, key, len) && line[len] == '=')
			snprintf(value, 64, "%.*s", (int)strcspn(line + len + 1, "\n"),
				 line + len + 1);
	if (in)
		fclose(in);
}

/* The mirror that the system takes its own release from: MIRROR of 'MIRROR/dists/CODENAME/InRelease'
 * among what apt-get would fetch. That works without any lists. */
static int find_mirror(const struct apt *apt, char mirror[PATH_MAX], struct err *err)
{
	char id[64], codename[64], end[96], *out = NULL;
	int ret;

	mirror[0] = '\0';
	os_release("ID", id);
	os_release("VERSION_CODENAME", codename);
	if (strcmp(id, "debian") != 0)
		return err_set(err, ENOTSUP, "kernels are fetched from Debian's archive, and this "
			       "system is %s; name a kernel of your own instead", id);
	snprintf(end, sizeof(end), "/dists/%s/InRelease'", codename);
	ret = run(apt, "apt-get", "update", "--print-uris", &out, err);
	for (char *line = ret ? NULL : strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
		const char *hit = strstr(line, end);

		if (hit && line[0] == '\'' && !mirror[0])
			snprintf(mirror, PATH_MAX, "%.*s", (int)(hit - line) - 1, line + 1);
	}
	free(out);
	if (!ret && !mirror[0])
		ret = err_set(err, ENOENT, "apt's sources name no mirror for %s", codename);
	return ret;
}

/* A place for lists that are not the system's. */
static int configure_own(struct apt *apt, const char *dir, const char *more, struct err *err)
{
	char text[3 * PATH_MAX];
	int ret = write_file(dir, "status", "", err);

	if (ret)
		return ret;
	snprintf(text, sizeof(text), "%s/state", dir);
	if (mkdir(text, 0755) && errno != EEXIST)
		return err_sys(err, errno, "cannot make %s", text);
	snprintf(text, sizeof(text),
		 "Dir::State \"%s/state\";\nDir::State::lists \"lists\";\n"
		 "Dir::State::status \"%s/status\";\n%s", dir, dir, more);
	return configure(apt, dir, text, err);
}

int apt_open_suite(struct apt *apt, const char *dir, const char *suite, struct err *err)
{
	char text[2 * PATH_MAX], mirror[PATH_MAX];
	int ret = configure_own(apt, dir, "", err);

	if (!ret)
		ret = find_mirror(apt, mirror, err);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "deb [signed-by=" KEYRING "] %s %s main\n", mirror, suite);
	ret = write_file(dir, "sources.list", text, err);
	snprintf(text, sizeof(text), "Dir::Etc::SourceList \"%.4000s/sources.list\";\n"
		 "Dir::Etc::SourceParts \"-\";\n", dir);
	if (!ret)
		ret = configure_own(apt, dir, text, err);
	if (!ret)
		ret = run(apt, "apt-get", "update", NULL, NULL, err);
	return ret ? err_prefix(err, ret, "suite %s", suite) : 0;
}

int apt_newest(const struct apt *apt, const char *prefix, const char *suffix,
	       char middle[APT_NAME_MAX], struct err *err)
{
	size_t before = strlen(prefix), after = strlen(suffix);
	char *out = NULL, part[APT_NAME_MAX] = "";
	int ret = run(apt, "apt-cache", "pkgnames", prefix, &out, err);

	middle[0] = '\0';
	for (char *name = ret ? NULL : strtok(out, "\n"); name; name = strtok(NULL, "\n")) {
		size_t len = strlen(name);

		if (len <= before + after || len - before - after >= sizeof(part) ||
		    strncmp(name, prefix, before) != 0 ||
		    strcmp(name + len - after, suffix) != 0)
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)(len - before - after), name + before);
		if (strverscmp(part, middle) > 0)
			memcpy(middle, part, sizeof(part));
	}
	free(out);
	if (!ret && !middle[0])
		ret = err_set(err, ENOENT, "there is no package %s…%s", prefix, suffix);
	return ret;
}

int apt_download(const struct apt *apt, const char *package, struct err *err)
{
	return run(apt, "apt-get", "download", package, NULL, err);
}
