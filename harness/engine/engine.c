/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/clock.h"
#include "trial/pins.h"

void engine_world(struct record_run *run)
{
	struct utsname uts;

	*run = (struct record_run){ .schema = RECORD_SCHEMA, .hz = clock_kernel_hz() };
	uname(&uts);
	snprintf(run->kernel, sizeof(run->kernel), "%s", uts.release);
	pins_record(run);
}

void engine_describe(const struct plan *plan, const struct engine_config *config,
		     const char *engine, struct record_run *run)
{
	time_t now = time(NULL);
	struct tm tm;

	engine_world(run);
	run->seed = plan->config.seed;
	run->phases = plan->config.phases;
	snprintf(run->engine, sizeof(run->engine), "%s", engine);
	snprintf(run->version, sizeof(run->version), "%s", config->version);
	snprintf(run->command, sizeof(run->command), "%s", config->command);
	strftime(run->started, sizeof(run->started), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
}
