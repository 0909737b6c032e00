/* SPDX-License-Identifier: MIT */
#ifndef LAB_EVENT_H
#define LAB_EVENT_H

#include <limits.h>
#include <stdint.h>

/*
 * What the programs say on their inherited event descriptor, and what they are told on their
 * command descriptor: whole structs, one or several by one write(2) of at most PIPE_BUF bytes, so
 * that several threads may share a pipe (pipe(7)). Both ends are the same binary.
 */

enum event_kind {
	EVENT_READY,  /* the program listens, or is able to connect */
	EVENT_ARMED,  /* the method watches this connection (observer); started by hand: it is served (peer) */
	EVENT_DEAD,   /* the method holds the peer for dead; a second one: now for good */
	EVENT_TRUST,  /* it holds it for alive again, and watches on */
	EVENT_FAULT,  /* the peer did to this connection what it was told: from_ns, at_ns */
	EVENT_REPORT, /* what this connection cost from arming to now; one for each, after REPORT */
	EVENT_DONE,   /* the command is finished */
	EVENT_ERROR,  /* `text` says what went wrong; the program ends */
};

enum { EVENT_TEXT = 160, NO_CONN = -1 };

/*
 * TCP_INFO (linux/tcp.h) and thread counters between EVENT_ARMED and detection or report. A segment
 * is out when TCP hands it to IP (tcp_output.c: __tcp_transmit_skb), also where the own host then
 * loses it, without a neighbour, without carrier or in its own qdisc. It is in when TCP takes it up
 * (tcp_ipv4.c: tcp_v4_rcv), also where nothing in it is new. What goes out as one large frame to be cut
 * by the device counts as the segments that it is cut into. Connections that the method makes beside
 * the watched one are among the packets (method/beside.h).
 */
struct event_cost {
	uint32_t packets_out, packets_in; /* tcpi_segs_out, tcpi_segs_in */
	uint64_t bytes_out; /* tcpi_bytes_sent: payload, each retransmission of it again */
	uint64_t bytes_in;  /* tcpi_bytes_received: payload in order, each byte once; a FIN is one */
	uint32_t wakeups;                 /* times the method's waiting call returned */
	uint32_t messages;                /* what the method itself sent, or had the kernel ask */
	uint32_t signals;                 /* signal handlers run in the watching thread */
	uint8_t state, retransmits, probes, backoff; /* tcpi_*, at the end */
	uint32_t total_retrans;
};

struct event {
	enum event_kind kind;
	int32_t conn;    /* index, or NO_CONN */
	int64_t from_ns; /* before the call; EVENT_ARMED: the connection stood */
	int64_t at_ns;   /* CLOCK_MONOTONIC right after the call returned */
	int32_t err;     /* EVENT_DEAD: errno seen, 0 for none */
	int32_t final;   /* EVENT_DEAD: the verdict cannot be taken back, and nothing is watched any more */
	char text[EVENT_TEXT]; /* EVENT_DEAD: what was seen */
	struct event_cost cost; /* EVENT_DEAD, EVENT_REPORT */
};

/* As many as one write(2) may hold. */
enum { EVENT_BATCH = PIPE_BUF / sizeof(struct event) };

_Static_assert(EVENT_BATCH > 0, "an event is written atomically");

enum command_kind {
	COMMAND_GO,       /* at_ns: the time zero to which the connections' offsets are added */
	COMMAND_CLOSE,    /* the peer: close(2) every connection */
	COMMAND_SHUTDOWN, /* the peer: shutdown(2) SHUT_WR, and go on reading and answering */
	COMMAND_RESET,    /* the peer: SO_LINGER 0 and close(2) */
	COMMAND_STALL,    /* the peer: go on writing, and read nothing */
	COMMAND_RESUME,   /* the peer: read again; no EVENT_DONE */
	COMMAND_VANISH,   /* the peer: SO_LINGER 0 on every connection and exit; no EVENT_DONE */
	COMMAND_REPORT,   /* an EVENT_REPORT for every connection, then EVENT_DONE */
};

struct command {
	enum command_kind kind;
	int64_t at_ns;
};

#endif
