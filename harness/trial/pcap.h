/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_PCAP_H
#define TRIAL_PCAP_H

#include "lab/capture.h"
#include "trial/watch.h"

/* Ends the capture of a lab that has been watched, with a note for each connection that was armed, each
 * fault before and after its call, and each alarm. @conns: the connections as the programs were given
 * them. The pcapng file, malloc'ed; NULL: no memory. */
char *pcap_finish(struct capture *capture, const struct watch_state *w, char *const *conns,
		  size_t *size);

#endif
