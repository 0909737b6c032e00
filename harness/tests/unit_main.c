/* SPDX-License-Identifier: MIT */
/*
 * The unit tests' own main: Criterion's, but for its end. Criterion's parent process leaks a little
 * by itself, which LeakSanitizer would report as ours at exit. Tests run in processes of their own,
 * and those are checked.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct criterion_test_set *tests = criterion_initialize();
	int status = 0;

	if (criterion_handle_args(argc, argv, true))
		status = !criterion_run_all_tests(tests);
	criterion_finalize(tests);
	fflush(NULL);
	_exit(status);
}
