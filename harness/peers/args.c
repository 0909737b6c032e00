/* SPDX-License-Identifier: MIT */
#include "peers/args.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "lab/event.h"
#include "lab/lab.h"

enum { OPTION_HELP = 'h', OPTION_OBSERVER = 256, OPTION_ADDRESS, OPTION_BIND, OPTION_CONN,
       OPTION_TRAFFIC, OPTION_SIZE, OPTION_EVENTS, OPTION_COMMANDS };

static int parse_number(const char *what, const char *text, long max, int *out, struct err *err)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 0 || n > max)
		return err_set(err, EINVAL, "%s takes a number from 0 to %ld, not '%s'", what, max, text);
	*out = (int)n;
	return 0;
}

/* 10.0.0.1:7777 or [fd00::1]:7777; the port may be left out. */
static int parse_address(const char *text, struct args *args, struct err *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&args->addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&args->addr;
	char host[64];
	const char *colon = strrchr(text, ':');
	const char *close = strrchr(text, ']');
	bool bracket = text[0] == '[' && close;
	const char *from = bracket ? text + 1 : text;
	size_t n;
	int port = LAB_PORT;

	if (bracket && colon < close)
		colon = NULL;
	n = bracket ? (size_t)(close - from) : colon ? (size_t)(colon - from) : strlen(from);
	if (n >= sizeof(host) || strlen(text) >= sizeof(args->address))
		return err_set(err, EINVAL, "'%s' is not an address", text);
	memcpy(host, from, n);
	host[n] = '\0';
	snprintf(args->address, sizeof(args->address), "%s", text);
	if (colon && parse_number("a port", colon + 1, 65535, &port, err))
		return -EINVAL;

	memset(&args->addr, 0, sizeof(args->addr));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		args->addr_len = sizeof(*v4);
		return 0;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		args->addr_len = sizeof(*v6);
		return 0;
	}
	return err_set(err, EINVAL, "'%s' is not an address; write 10.0.0.1:7777 or [fd00::1]:7777",
		       text);
}

static int parse_traffic(const char *text, enum traffic *traffic, struct err *err)
{
	for (int i = 0; i < TRAFFIC_COUNT; i++) {
		if (!strcmp(text, traffic_names[i])) {
			*traffic = i;
			return 0;
		}
	}
	return err_set(err, EINVAL,
		       "no traffic '%s': idle, request, sending, receiving, stalled, half-closed or "
		       "connecting", text);
}

static int parse_size(const char *text, int *size, struct err *err)
{
	int ret = parse_number("--size", text, TRAFFIC_SIZE_MAX, size, err);

	if (!ret && !*size)
		return err_set(err, EINVAL, "--size 0 is no message; write 1 or more");
	return ret;
}

/* OFFSET_NS/METHOD[:opt=val,…] */
static int parse_conn(const char *text, struct args_conn *conn, struct err *err)
{
	char *end, name[32];
	const char *options;
	size_t n;
	int ret;

	errno = 0;
	conn->offset_ns = strtoll(text, &end, 10);
	if (errno || end == text || *end != '/' || conn->offset_ns < 0)
		return err_set(err, EINVAL, "connection '%s': write OFFSET_NS/METHOD[:opt=val,...]", text);
	end++;
	n = strcspn(end, ":");
	options = end[n] ? end + n + 1 : "";
	snprintf(name, sizeof(name), "%.*s", (int)n, end);
	conn->method = method_find(name);
	if (!conn->method)
		return err_set(err, EINVAL, "connection '%s': no method '%s'; --help lists them", text,
			       name);
	opt_defaults(conn->method->options, &conn->opt);
	ret = opt_set_list(conn->method->options, &conn->opt, options, err);
	if (!ret && conn->method->check)
		ret = conn->method->check(&conn->opt, err);
	return ret ? err_prefix(err, -EINVAL, "connection '%s'", text) : 0;
}

static int add_conn(const char *text, struct args *args, struct err *err)
{
	struct args_conn *more;

	if (args->n_conns >= 65536 - LAB_CLIENT_PORT)
		return err_set(err, EINVAL, "more connections than ports");
	if ((args->n_conns & (args->n_conns - 1)) == 0) {
		size_t room = args->n_conns ? 2 * (size_t)args->n_conns : 1;

		more = reallocarray(args->conns, room, sizeof(*more));
		if (!more)
			return err_sys(err, ENOMEM, "a list of %d connections", args->n_conns + 1);
		args->conns = more;
	}
	if (parse_conn(text, &args->conns[args->n_conns], err))
		return -EINVAL;
	args->n_conns++;
	return 0;
}

static int parse_option(int option, const char *text, struct args *args, struct err *err)
{
	switch (option) {
	case OPTION_OBSERVER:
		args->observer = true;
		return 0;
	case OPTION_ADDRESS:
		return parse_address(text, args, err);
	case OPTION_BIND:
		return parse_number("--bind", text, 65535, &args->bind_port, err);
	case OPTION_CONN:
		return add_conn(text, args, err);
	case OPTION_TRAFFIC:
		return parse_traffic(text, &args->traffic, err);
	case OPTION_SIZE:
		return parse_size(text, &args->size, err);
	case OPTION_EVENTS:
		return parse_number("--events", text, INT32_MAX, &args->events, err);
	case OPTION_COMMANDS:
		return parse_number("--commands", text, INT32_MAX, &args->commands, err);
	case OPTION_HELP:
		return 1;
	default:
		return err_set(err, EINVAL, "an option that is not known, or lacks its value; see --help");
	}
}

/* In traffic `connecting` it is the client that waits for its connections. */
static int check_connecting(const struct args *args, struct err *err)
{
	if (args->traffic != TRAFFIC_CONNECTING)
		return 0;
	if (args_observer_side(args) == SIDE_SERVER)
		return err_set(err, EINVAL,
			       "--traffic connecting is observed by the client: only it connects");
	for (int i = 0; i < args->n_conns; i++) {
		if (method_refuses(args->conns[i].method, args->traffic, err))
			return -EINVAL;
	}
	return 0;
}

int args_parse(int argc, char **argv, enum side side, struct args *args, struct err *err)
{
	const char *address = side == SIDE_SERVER ? "listen" : "connect";
	const struct option table[] = {
		{ "help", no_argument, NULL, OPTION_HELP },
		{ "observer", no_argument, NULL, OPTION_OBSERVER },
		{ address, required_argument, NULL, OPTION_ADDRESS },
		{ "bind", required_argument, NULL, OPTION_BIND },
		{ "conn", required_argument, NULL, OPTION_CONN },
		{ "traffic", required_argument, NULL, OPTION_TRAFFIC },
		{ "size", required_argument, NULL, OPTION_SIZE },
		{ "events", required_argument, NULL, OPTION_EVENTS },
		{ "commands", required_argument, NULL, OPTION_COMMANDS },
		{ 0 },
	};
	int option, ret;

	*args = (struct args){ .side = side, .bind_port = LAB_CLIENT_PORT, .size = 1, .events = -1,
			       .commands = -1 };
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		ret = parse_option(option, optarg, args, err);
		if (ret)
			return ret;
	}
	if (optind < argc)
		return err_set(err, EINVAL, "'%s' is not an option; see --help", argv[optind]);
	if (!args->addr_len)
		return err_set(err, EINVAL, "--%s ADDR:PORT is required; see --help", address);
	if (!args->n_conns && add_conn("0/recv", args, err))
		return -EINVAL;
	ret = check_connecting(args, err);
	if (ret)
		return ret;
	if (args->bind_port + args->n_conns > 65536)
		return err_set(err, EINVAL, "--bind %d leaves too few ports for %d connections",
			       args->bind_port, args->n_conns);
	return 0;
}

void args_free(struct args *args)
{
	free(args->conns);
	args->conns = NULL;
}

enum side args_observer_side(const struct args *args)
{
	if (args->observer)
		return args->side;
	return args->side == SIDE_SERVER ? SIDE_CLIENT : SIDE_SERVER;
}

void args_help(FILE *to, enum side side)
{
	const char *name = side_names[side];

	fprintf(to,
		"usage: deadpeer-%s [--observer] --%s ADDR[:PORT] [--conn OFFSET_NS/METHOD[:opt=val,...]]...\n"
		"                       [--bind PORT] [--traffic KIND] [--size BYTES] [--events FD]\n"
		"                       [--commands FD]\n\n"
		"The %s of a pair of programs that find out when each other is gone. One of the two is\n"
		"started with --observer; both are given the same connections and the same traffic.\n\n"
		"  --observer      this end watches, the other end is watched\n"
		"  --%-13s where; the port may be left out (%d)\n"
		"  --conn          one connection: when it is made, in ns after the start, and the method\n"
		"                  that watches it (default: 0/recv); may stand many times\n"
		"  --bind PORT     connection i has the client's port PORT + i (default: %d)\n"
		"  --traffic KIND  idle (default), request, sending, receiving, stalled, half-closed,\n"
		"                  connecting\n"
		"  --size BYTES    of each message of the traffic (default: 1)\n"
		"  --events FD     write binary events there instead of text on standard output\n"
		"  --commands FD   wait for binary commands there; its end ends the program\n\n"
		"Methods and their options:\n",
		name, side == SIDE_SERVER ? "listen" : "connect", name,
		side == SIDE_SERVER ? "listen ADDR" : "connect ADDR", LAB_PORT, LAB_CLIENT_PORT);
	for (const struct method *const *m = method_table; *m; m++) {
		fprintf(to, "  %-10s %s\n", (*m)->name, (*m)->about);
		for (const struct opt *o = (*m)->options; o->name; o++)
			fprintf(to, "      %-8s %s%s%s%s\n", o->name, o->about, o->def ? " (default: " : "",
				o->def ? o->def : "", o->def ? ")" : "");
	}
}
