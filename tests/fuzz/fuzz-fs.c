/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a guest's requests to cloche-fs, which serves a folder of its own with them. A request is five bytes and
 * its body:
 *
 *	opcode
 *	which of the numbers that were given out it is about
 *	which of the open files' numbers its body begins with; of none where there are not so many
 *	length of the body (16 bits)
 */
#include "tests/fuzz/fuzz.h"

#include "tests/fs/client.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
	KNOWN_MAX = 64,
	HEAD = 5,
	REQUESTS_MAX = 200,
	FILE_BYTES_MAX = 1 << 20, /* nothing here is to fill the disk */
};

struct numbers {
	uint64_t items[KNOWN_MAX];
	size_t n;
};

struct fuzz {
	struct client client;
	struct numbers files, handles;
};

static void know(struct numbers *numbers, uint64_t number)
{
	if (numbers->n < KNOWN_MAX)
		numbers->items[numbers->n++] = number;
}

/* What the answer gave out. */
static void harvest(struct fuzz *f, uint32_t opcode)
{
	const struct client *c = &f->client;
	const struct fuse_open_out *open = (const void *)c->body;

	if (opcode == FUSE_CREATE || opcode == FUSE_TMPFILE) {
		know(&f->files, client_entry(c)->nodeid);
		open = (const void *)(c->body + sizeof(struct fuse_entry_out));
		know(&f->handles, open->fh);
	} else if (opcode == FUSE_OPEN || opcode == FUSE_OPENDIR) {
		know(&f->handles, open->fh);
	} else if (c->length == sizeof(struct fuse_entry_out)) {
		know(&f->files, client_entry(c)->nodeid);
	}
}

static bool is_left_out(uint32_t opcode)
{
	return opcode == FUSE_SYNCFS || opcode == FUSE_FSYNC || opcode == FUSE_FSYNCDIR; /* they take the disk's time */
}

static void ask(struct fuzz *f, const uint8_t *head, const uint8_t *body, size_t length)
{
	static uint8_t copy[UINT16_MAX];
	const uint64_t number = head[1] < f->files.n ? f->files.items[head[1]] : head[1];
	int r;

	memcpy(copy, body, length);
	if (head[2] < f->handles.n && length >= sizeof f->handles.items[0])
		memcpy(copy, &f->handles.items[head[2]], sizeof f->handles.items[0]);
	f->client.uid = f->client.gid = head[1] % 3;
	r = client_call(&f->client, head[0], number, &(struct client_parts){copy, length, NULL, 0});
	FUZZ_EXPECT((r == 1) == (head[0] == FUSE_FORGET || head[0] == FUSE_BATCH_FORGET || head[0] == FUSE_INTERRUPT));
	if (r == 0)
		harvest(f, head[0]);
}

static void run(struct fuzz *f, const uint8_t *data, size_t size)
{
	for (int i = 0; i < REQUESTS_MAX && size >= HEAD; i++) {
		size_t length = (size_t)(data[3] | data[4] << 8);

		length = length < size - HEAD ? length : size - HEAD;
		if (!is_left_out(data[0]))
			ask(f, data, data + HEAD, length);
		data += HEAD + length;
		size -= HEAD + length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rlimit limit = {FILE_BYTES_MAX, FILE_BYTES_MAX};
	static struct fuzz f;
	struct stat before, after;

	FUZZ_EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	f = (struct fuzz){0};
	client_open(&f.client, 64);
	client_mount(&f.client);
	know(&f.files, f.client.folder);
	know(&f.files, CLIENT_ROOT);
	FUZZ_EXPECT(stat(f.client.path, &before) == 0);
	run(&f, data, size);
	FUZZ_EXPECT(client_look_up(&f.client, CLIENT_ROOT, "0") != 0); /* it still answers */
	FUZZ_EXPECT(stat(f.client.path, &after) == 0);
	FUZZ_EXPECT(before.st_mode == after.st_mode && before.st_mtime == after.st_mtime &&
		    before.st_nlink == after.st_nlink && before.st_uid == after.st_uid);
	client_close(&f.client);
	return 0;
}
