/* SPDX-License-Identifier: MIT */
#include "cli/guest.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/engine.h"
#include "engine/virtual/box.h"

/*
 * Says how it ends, and lets the machine end first: everything in it would be taken down otherwise,
 * connection by connection.
 */
static _Noreturn void end_machine(int status)
{
	fflush(NULL);
	sigqueue(getppid(), BOX_DONE, (union sigval){ .sival_int = status });
	for (;;)
		pause();
}

int guest_main(void)
{
	struct err err;

	if (engine_guest_prepare(&err))
		return cli_fail(CLI_INTERNAL, &err);
	kill(getppid(), BOX_READY);
	end_machine(engine_guest(&err) ? cli_fail(CLI_INTERNAL, &err) : CLI_PASS);
}
