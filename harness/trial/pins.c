/* SPDX-License-Identifier: MIT */
#include "trial/pins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "netns/sysctl.h"

/* Defaults: Documentation/networking/ip-sysctl.rst. */
static const struct lab_sysctl pins[] = {
	{ "net.ipv4.tcp_keepalive_time", "7200" },
	{ "net.ipv4.tcp_keepalive_intvl", "75" },
	{ "net.ipv4.tcp_keepalive_probes", "9" },
	{ "net.ipv4.tcp_retries1", "3" },
	{ "net.ipv4.tcp_retries2", "15" },
	{ "net.ipv4.tcp_syn_retries", "6" },
	{ "net.ipv4.tcp_timestamps", "1" },
	{ "net.ipv4.tcp_sack", "1" },
	{ "net.ipv4.tcp_early_retrans", "3" },
	{ "net.ipv4.tcp_syn_linear_timeouts", "4" }, /* 6.5+ */
};

enum { N_PINS = sizeof(pins) / sizeof(pins[0]) };

/* On this kernel, asked once. Every namespace has those that any has. */
static bool there(const struct lab_sysctl *pin)
{
	static enum { UNKNOWN, MISSING, THERE } known[N_PINS];
	char path[sizeof("/proc/sys/") + sizeof(pin->name)];
	int i = (int)(pin - pins);

	if (known[i])
		return known[i] == THERE;
	snprintf(path, sizeof(path), "/proc/sys/%s", pin->name);
	for (char *dot = path; (dot = strchr(dot, '.')); dot++)
		*dot = '/';
	known[i] = access(path, F_OK) == 0 ? THERE : MISSING;
	return known[i] == THERE;
}

void pins_apply(struct lab_config *config)
{
	for (int i = 0; i < N_PINS; i++) {
		if (there(&pins[i]))
			config->sysctl[config->n_sysctl++] = pins[i];
	}
}

void pins_record(struct record_run *run)
{
	for (int i = 0; i < N_PINS; i++) {
		int n = run->n_sysctl;

		if (!there(&pins[i]))
			continue;
		memccpy(run->sysctl[n].name, pins[i].name, 0, sizeof(run->sysctl[n].name) - 1);
		memccpy(run->sysctl[n].value, pins[i].value, 0, sizeof(run->sysctl[n].value) - 1);
		run->n_sysctl = n + 1;
	}
}

static int read_number(struct netns *ns, const char *name, int64_t *value, struct err *err)
{
	char text[64];
	int ret = sysctl_get(ns, name, text, sizeof(text), err);

	if (ret == 0)
		*value = atoll(text);
	return ret;
}

/* A sysctl that only newer kernels have: left at what it replaced where it is missing. */
static int read_newer(struct netns *ns, const char *name, int64_t unit_ns, int64_t *ns_value,
		      struct err *err)
{
	int64_t value = 0;
	int ret = read_number(ns, name, &value, err);

	if (ret == -ENOENT)
		return 0;
	if (ret == 0)
		*ns_value = value * unit_ns;
	return ret;
}

int pins_read(struct netns *observer, struct kernel_params *kernel, struct err *err)
{
	const struct {
		const char *name;
		int *value;
	} wanted[] = {
		{ "net.ipv4.tcp_keepalive_time", &kernel->keepalive_time_s },
		{ "net.ipv4.tcp_keepalive_intvl", &kernel->keepalive_intvl_s },
		{ "net.ipv4.tcp_keepalive_probes", &kernel->keepalive_probes },
		{ "net.ipv4.tcp_retries2", &kernel->tcp_retries2 },
		{ "net.ipv4.tcp_syn_retries", &kernel->syn_retries },
	};
	int64_t linear = 0;
	int ret;

	*kernel = kernel_params_default(clock_kernel_hz());
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int64_t value = 0;

		ret = read_number(observer, wanted[i].name, &value, err);
		if (ret < 0)
			return ret;
		*wanted[i].value = (int)value;
	}
	/* 6.5+, 6.11+ and 6.15+ */
	ret = read_newer(observer, "net.ipv4.tcp_syn_linear_timeouts", 1, &linear, err);
	if (ret < 0)
		return ret;
	kernel->syn_linear = (int)linear;
	ret = read_newer(observer, "net.ipv4.tcp_rto_min_us", NS_PER_US, &kernel->rto_min_ns, err);
	if (ret < 0)
		return ret;
	return read_newer(observer, "net.ipv4.tcp_rto_max_ms", NS_PER_MS, &kernel->rto_max_ns, err);
}
