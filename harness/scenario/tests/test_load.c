/* SPDX-License-Identifier: MIT */
/* Files and folders: what is found, what is refused unread. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/scenario.h"

static char folder[] = "/tmp/deadpeer-test-XXXXXX";

static void setup(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void teardown(void)
{
	cr_expect_eq(chdir("/"), 0);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *name)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	fprintf(f, "name: %s\nhorizon: 1s\ntimeline: [{at: 1s, fault: none}]\n", name);
	fclose(f);
}

static int load(const char *path, struct err *err)
{
	struct scenario **all;
	int n, ret = scenario_load_all((char *[]){(char *)path}, 1, &all, &n, err);

	if (!ret)
		scenario_free(all, n);
	return ret;
}

TestSuite(load, .init = setup, .fini = teardown);

Test(load, folders_are_searched_and_sorted)
{
	struct scenario **all;
	struct err err = {""};
	int n;

	mkdir("s", 0755), mkdir("s/b", 0755), mkdir("s/a", 0755), mkdir("s/.hidden", 0755);
	put("s/b/two.yaml", "two");
	put("s/a/one.yaml", "one");
	put("s/a/note.txt", "note");
	put("s/.hidden/no.yaml", "no");
	put("s/.two.yaml", "x");
	cr_assert_eq(symlink("..", "s/a/circle"), 0);
	cr_assert_eq(
		scenario_load_all((char *[]){"s/", "s/a/one.yaml", "s/../s/b"}, 3, &all, &n, &err),
		0, "%s", err.text);
	cr_assert_eq(n, 2);
	cr_expect_str_eq(all[0]->name, "two");
	cr_expect_str_eq(all[0]->path, "s/../s/b/two.yaml");
	cr_expect_str_eq(all[1]->name, "one");
	cr_expect_str_eq(all[1]->family, "a");
	scenario_free(all, n);
}

Test(load, refusals)
{
	struct err err = {""};
	int fd;

	mkdir("empty", 0755), mkdir("d.yaml", 0755);
	cr_expect_eq(load("missing.yaml", &err), -ENOENT);
	cr_expect_str_eq(err.text, "missing.yaml: cannot be opened: No such file or directory");
	cr_expect_eq(load("empty", &err), -ENOENT);
	cr_expect_str_eq(err.text, "empty: holds no scenario; name a folder with .yaml files");
	put("x.txt", "x");
	cr_expect_eq(load("x.txt", &err), -EINVAL);
	cr_expect_str_eq(err.text, "x.txt:1:1: a scenario's name ends in .yaml; rename it");
	cr_assert_eq(mkfifo("pipe.yaml", 0644), 0);
	cr_expect_eq(load("pipe.yaml", &err), -EINVAL);
	cr_expect_str_eq(err.text, "pipe.yaml:1:1: not a regular file; name a .yaml file");
	fd = open("big.yaml", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	cr_assert_eq(ftruncate(fd, 10000000), 0);
	close(fd);
	cr_expect_eq(load("big.yaml", &err), -EINVAL);
	cr_expect_str_eq(err.text,
			 "big.yaml:1:1: the file has 10000000 bytes; a scenario has at most "
			 "1048576, split it");
	close(open("empty.yaml", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	cr_expect_eq(load("empty.yaml", &err), -EINVAL);
	cr_expect_str_eq(err.text,
			 "empty.yaml:1:1: the file is empty; write a scenario that begins "
			 "with name:");
}

Test(load, two_scenarios_of_one_name)
{
	struct err err = {""};

	mkdir("s", 0755), mkdir("s/a", 0755), mkdir("s/b", 0755);
	put("s/a/same.yaml", "same");
	put("s/b/same.yaml", "same");
	cr_expect_eq(load("s", &err), -EINVAL);
	cr_expect_str_eq(err.text,
			 "s/b/same.yaml:1:1: same is also the name of s/a/same.yaml; rename "
			 "one of the two");
}
