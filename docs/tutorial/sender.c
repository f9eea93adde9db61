// SPDX-License-Identifier: GPL-2.0-only
/*
 * sender.c - the broken client of docs/tutorial.md: a driver in user space that stores messages
 * into the data window of an ISM function (BAR 0), one behind the other, and looks in BAR 2 how
 * far the function is.  It says that all went well; docs/tutorial.md finds out what did not.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vfio/vfio.h"

#define WINDOW	 0 /* the region that messages go to */
#define COMMANDS 2 /* the region that the state is in */

struct header {
	uint64_t sequence;
	uint64_t length;
};

struct state {
	uint64_t sequence;
	uint32_t credits;
} __attribute__((packed));

static struct function fn;
static int device;
/* Where in the window the next message goes. */
static uint64_t place;

static void send_message(uint64_t sequence, const uint8_t *data, size_t len)
{
	struct header header = { .sequence = sequence, .length = len };
	uint64_t window = fn.region[WINDOW].offset;

	pwrite(device, &header, sizeof(header), window + place);
	pwrite(device, data, len, window + place + sizeof(header));
	place += sizeof(header) + len;
}

static void look(struct state *state)
{
	pread(device, state, sizeof(*state), fn.region[COMMANDS].offset);
}

int main(void)
{
	static const size_t lengths[] = { 240, 2000, 2000, 5000 };
	static uint8_t data[5000];
	struct state state;
	struct vfio vfio;
	uint64_t i;

	if (vfio_find(NULL, &fn) || vfio_open(&vfio, &fn, INTERFACE_AUTO) || vfio_query(&vfio, &fn))
		return 1;
	device = vfio.device;
	memset(data, 'x', sizeof(data));
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		send_message(i + 1, data, lengths[i]);
		look(&state);
	}
	printf("sender: %d messages sent\n", (int)i);
	vfio_close(&vfio);
	return 0;
}
