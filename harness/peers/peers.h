/* SPDX-License-Identifier: MIT */
#ifndef PEERS_PEERS_H
#define PEERS_PEERS_H

/*
 * deadpeer-client and deadpeer-server: the programs inside the namespaces. Either can be the
 * observer. By hand they print events as text on standard output; the lab gives them descriptors.
 *
 *   deadpeer-server [--observer] --listen ADDR:PORT  [--conn OFFSET_NS/METHOD[:opt=val,…]]…
 *   deadpeer-client [--observer] --connect ADDR:PORT [--bind PORT] [--conn …]…
 *       [--traffic idle|request|sending|receiving|stalled|half-closed|connecting] [--size BYTES]
 *       [--events FD] [--commands FD]
 *
 * Both programs are given the same list of connections.
 */

/* Return an exit status. argv[0] is the program's own name. */
int peers_client_main(int argc, char **argv);
int peers_server_main(int argc, char **argv);

/* Either of them, as soon as a lab says which (LAB_RESERVE). */
int peers_reserve_main(void);

#endif
