/* SPDX-License-Identifier: MIT */
#ifndef THEORY_SITUATION_H
#define THEORY_SITUATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a prediction may depend on. A fault is reduced to its `effect` on the connection, so that a
 * method never learns which fault was injected: it predicts from what reaches the two sockets.
 */

enum side { SIDE_SERVER, SIDE_CLIENT }; /* which program is the observer */

enum traffic {
	TRAFFIC_IDLE,      /* nothing but what the method itself sends */
	TRAFFIC_REQUEST,   /* the client asks every second, the server answers */
	TRAFFIC_SENDING,   /* the observer writes a small message every second */
	TRAFFIC_RECEIVING, /* the peer does */
	TRAFFIC_STALLED,   /* the observer writes and the peer never reads */
	TRAFFIC_HALF_CLOSED, /* `sending`, and the peer shut down its sending half at once */
	TRAFFIC_CONNECTING,  /* the observer's connect(2) is not answered yet; once it stands, `idle` */
	TRAFFIC_COUNT
};
#define TRAFFIC_PERIOD_NS INT64_C(1000000000) /* the first message one period after arming */
enum { TRAFFIC_SIZE_MAX = 64000 };            /* bytes of one message of the traffic */

enum wire {
	WIRE_SWITCH, /* both ends on one link */
	WIRE_ROUTER, /* each end on a link of its own */
	WIRE_NAT,    /* a router that hides the client behind its own address */
	WIRE_COUNT
};

extern const char *const traffic_names[TRAFFIC_COUNT + 1]; /* NULL-terminated */
extern const char *const wire_names[WIRE_COUNT + 1];
extern const char *const side_names[3];

enum effect_kind {
	EFFECT_NOTHING,         /* the connection and both applications are as before */
	EFFECT_FIN,             /* the peer's socket is closed in order: FIN; later data gets RST */
	EFFECT_HALF_CLOSE,      /* FIN, but the peer goes on reading and answering */
	EFFECT_RST,             /* a reset arrives */
	EFFECT_GONE,            /* the peer's process ends: FIN, or RST if it had unread data */
	EFFECT_SILENCE,         /* packets vanish; which ones: lose_out, lose_in */
	EFFECT_FROZEN,          /* the peer's application stops; its kernel goes on answering */
	EFFECT_STALLED,         /* it only stops reading: theory/closed.h */
	EFFECT_OBSERVER_FROZEN, /* the observer's own application stops */
	EFFECT_SIGNALS,         /* signals with handlers reach the observer's threads */
	EFFECT_FLAPPING,        /* silence that comes and goes: times, down_ns, up_ns */
	EFFECT_FORGOTTEN,       /* whoever answers for the peer does not know the connection: RST */
	EFFECT_IMPAIRED,        /* delay, jitter, loss, duplication, reordering, corruption, rate */
};

/* Where packets sent by the observer die. It decides whether a probe counts (kernel-timing). */
enum effect_where {
	WHERE_WIRE,        /* beyond the observer's host: the send succeeds */
	WHERE_OWN_CARRIER, /* no carrier: noop_qdisc, the send counts as congestion notification */
	WHERE_OWN_ADDRESS, /* no route from the own address: EHOSTUNREACH, but a probe counts */
	WHERE_OWN_QDISC,   /* the own egress refuses: NET_XMIT_DROP reaches TCP */
};

/* A path's impairment, as netem takes it. */
struct impairment {
	int64_t delay_ns, jitter_ns; /* each way */
	int64_t loss_ppm, duplicate_ppm, reorder_ppm, corrupt_ppm;
	int64_t rate_bps;
};

struct effect {
	enum effect_kind kind;
	enum effect_where where;
	bool lose_out, lose_in; /* EFFECT_SILENCE: observer to peer, peer to observer;
				 * EFFECT_FORGOTTEN: lose_in: what the peer sends is lost */
	bool out, in;           /* EFFECT_IMPAIRED: the directions impaired */
	bool peer_link_down;    /* the peer's port is down: its MAC is unreachable behind the switch */
	struct impairment impair;
	int times;              /* EFFECT_FLAPPING: silent for down_ns, open for up_ns, and again */
	int64_t down_ns, up_ns;
	int64_t silent_ns; /* EFFECT_FORGOTTEN: until then there is no answer at all */
	bool icmp;    /* what is lost of the observer's is answered with an ICMP error at once */
	bool reverts; /* what is lost is answered with ICMP net or host unreachable */
	int larger;    /* EFFECT_SILENCE: only IP packets longer than this; 0: all (theory/large.h) */
	bool tcp_only; /* EFFECT_SILENCE: the rest passes, ARP among it */
	bool beyond;   /* it happens beyond a router, which goes on answering the observer's ARP */
	bool no_route; /* the router has no route any more, and says so; with icmp and reverts */
	int64_t for_ns; /* undone after this long; 0: for good */
	/* It happens to each connection when nothing of it has passed for that long, counted from the
	 * fault, and anew from each packet (theory/expiry.h); 0: at once. */
	int64_t forget_ns;
};

struct steps;

/* What the kernel that runs the trial is set to, in the observer's namespace. */
struct kernel_params {
	int hz;
	int keepalive_time_s, keepalive_intvl_s, keepalive_probes;
	int tcp_retries2;
	int syn_retries, syn_linear; /* tcp_syn_retries, tcp_syn_linear_timeouts (6.5+; else 0) */
	int64_t rto_min_ns, rto_max_ns;
};

/* Linux's own defaults (Documentation/networking/ip-sysctl.rst) at the given HZ. */
struct kernel_params kernel_params_default(int hz);

struct situation {
	struct kernel_params kernel;
	enum side observer;
	enum traffic traffic;
	int size; /* of each message of the traffic, in bytes; 0: 1 */
	bool ipv6;
	bool routed; /* over a router: neighbour entries may be in use before there is traffic */
	int connections; /* that share the path and the host with this one, itself included; 0: 1 */
	struct effect effect;
	struct impairment path; /* the wire's steady state, each way */
	int64_t horizon_ns;     /* from the fault; windows do not depend on it, chances do */
	/* From the moment the connection was armed (its handshake ended just before) to the fault.
	 * Measured in a trial; in a plan lo == hi, the nominal distance. */
	int64_t since_armed_lo_ns, since_armed_hi_ns;
	/* Traffic `connecting`. Armed is the moment when connect(2) is begun, and where the fault was there
	 * before, that moment is what every time counts from: since_armed is 0, the effect's times are
	 * what is left of them, and the fault was there so long before. All attempts of the lab begin
	 * within attempts_ns of each other. */
	int64_t fault_led_ns, attempts_ns;
	struct steps *steps; /* told of what happens when (theory/steps.h); NULL: nobody asks */
};

/* Sets the distance from arming to the fault, which in traffic `connecting` is negative where the fault
 * came first: then what is left of it. */
void situation_begin(struct situation *s, int64_t since_armed_lo_ns, int64_t since_armed_hi_ns);

/* How often the observer's application writes whether or not anything arrives; 0: never. */
int64_t situation_observer_writes_ns(const struct situation *s);

/* How often the peer's application writes by itself; 0: never. */
int64_t situation_peer_writes_ns(const struct situation *s);

/* The period of whatever interrupts the connection's silence first, in ns: the traffic, in either
 * direction, or keepalive, which speaks after @idle_ns of it. */
int64_t situation_silence_ns(const struct situation *s, int64_t idle_ns);

/* Whether anybody writes messages that are read: those that have a size. */
bool situation_has_messages(enum traffic traffic);

/* Whether a message of the traffic needs more than one segment. */
bool situation_segments(const struct situation *s);

/* The path loses or corrupts packets: always, or since before the fault. */
bool situation_lossy(const struct situation *s);

/* One-way and round-trip time of the undisturbed path, without the unknowable microseconds. */
int64_t situation_rtt_ns(const struct situation *s);

#endif
