/* SPDX-License-Identifier: MIT */
#include "fault/fault.h"

#include <string.h>

const struct fault *const fault_table[] = {
	&fault_none,  &fault_link_down, &fault_drop,  &fault_netem, &fault_kill, &fault_signal,
	&fault_close, &fault_shutdown,	&fault_reset, &fault_crash, &fault_pause,
	&fault_flap,  &fault_reboot,	&fault_reject,
	&fault_addr_del, &fault_nat_expiry, &fault_delay_spike, &fault_loss_burst,
	&fault_stall, &fault_mtu_blackhole, &fault_local_congestion, NULL,
};

const struct fault *fault_find(const char *name)
{
	for (int i = 0; fault_table[i]; i++) {
		if (!strcmp(fault_table[i]->name, name))
			return fault_table[i];
	}
	return NULL;
}
