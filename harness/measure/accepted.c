/*
 * Sockets of accepted connections: see accepted.h.
 */
#include "harness/measure/accepted.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { TCP_ESTABLISHED_STATE = 0x01, TCP_CLOSE_WAIT_STATE = 0x08, UNIX_CONNECTED_STATE = 0x03 };

void accepted_place(struct accepted_at *at, uint32_t number)
{
	uint32_t address = htonl(INADDR_LOOPBACK - 1 + (number >> 16 & 0xff));

	snprintf(at->tcp, sizeof(at->tcp), "%08" PRIX32 ":%04" PRIX32, address, number & 0xffff);
	snprintf(at->local, sizeof(at->local), "@%05" PRIx32, number & 0xfffff);
}

bool accepted_tcp(const char *line, const struct accepted_at *at)
{
	char local[32];
	unsigned state;
	unsigned long inode;

	/* sl local remote state queues timer retransmits uid timeout inode; no inode: not accepted
	 */
	return sscanf(line, " %*u: %31s %*s %x %*s %*s %*s %*u %*u %lu", local, &state, &inode) ==
		       3 &&
	       strcmp(local, at->tcp) == 0 && inode != 0 &&
	       (state == TCP_ESTABLISHED_STATE || state == TCP_CLOSE_WAIT_STATE);
}

bool accepted_local(const char *line, const struct accepted_at *at)
{
	char path[128];
	unsigned state;
	unsigned long inode;

	/* number: references protocol flags type state inode path */
	return sscanf(line, "%*x: %*x %*x %*x %*x %x %lu %127s", &state, &inode, path) == 3 &&
	       strcmp(path, at->local) == 0 && inode != 0 && state == UNIX_CONNECTED_STATE;
}

static int64_t count(
	const char *table, bool is_one(const char *, const struct accepted_at *), uint32_t number)
{
	struct accepted_at at;
	FILE *file = fopen(table, "re");
	char line[512];
	int64_t found = 0;

	if (file == NULL)
		return 0;
	accepted_place(&at, number);
	while (fgets(line, sizeof(line), file) != NULL)
		found += is_one(line, &at);
	fclose(file);
	return found;
}

/* The size of a socket as the kernel hands it out: of the slab, else of what lies in it. */
static int64_t socket_size(const char *protocol)
{
	static const char *const tables[][2] = {
		{"/proc/slabinfo", "%*d %*d %d"}, {"/proc/net/protocols", "%d"}};
	size_t length = strlen(protocol);
	char line[512];
	int bytes = 0;

	for (int i = 0; i < 2 && bytes == 0; i++) {
		FILE *file = fopen(tables[i][0], "re");
		while (file != NULL && bytes == 0 && fgets(line, sizeof(line), file) != NULL)
			if (strncmp(line, protocol, length) == 0 &&
				isspace((unsigned char)line[length]) &&
				sscanf(line + length, tables[i][1], &bytes) != 1)
				bytes = 0;
		if (file != NULL)
			fclose(file);
	}
	return bytes;
}

/* "memcg: add charging of already allocated slab objects" */
static bool charges_what_is_accepted(void)
{
	struct utsname kernel;
	int major = 0, minor = 0;

	return uname(&kernel) == 0 && sscanf(kernel.release, "%d.%d", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 12));
}

int64_t accepted_bytes(uint32_t number, int version)
{
	bool local = (number & PUBLISHED_LOCAL) != 0;
	int64_t connections;

	if (number == 0 || (!local && version == 2 && charges_what_is_accepted()))
		return 0;
	connections = local ? count("/proc/net/unix", accepted_local, number)
			    : count("/proc/net/tcp", accepted_tcp, number);
	return connections > 0 ? connections * socket_size(local ? "UNIX" : "TCP") : 0;
}
