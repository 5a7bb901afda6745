/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that the guest knows of, by the numbers that it was given for them.
 *
 * A file is held by an O_PATH descriptor. A guest may know of more files than there can be descriptors: of those that
 * were not used for long the descriptor is closed, and opened again by the name under which the file was last seen,
 * if that still is the same file. A file whose name was removed keeps its descriptor until the guest forgets it.
 *
 * Functions return 0 or a negative errno, which is what the guest is answered. They may be called by any thread.
 */
#pragma once

#include "microvm/fs/attr.h"
#include "microvm/fs/slots.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { INODE_TOP = 1, INODE_DEVICES_MAX = 255 };

struct inode;

struct inodes {
	pthread_mutex_t lock;
	struct slots numbers;
	struct inode **buckets; /* by key; owned */
	size_t buckets_n, n;
	struct inode *top;
	struct inode *oldest, *newest; /* those with a descriptor that can be opened again, by their last use */
	size_t open_n, open_max;       /* of these */
	uint64_t devices[INODE_DEVICES_MAX];
	size_t devices_n;
};

/* `top` (an O_PATH descriptor) becomes the table's, as the file with the number INODE_TOP, which is never forgotten. */
int inodes_open(struct inodes *ret, int top, size_t open_max);
void inodes_close(struct inodes *inodes);

/* A file in use: its descriptor stays open until inode_release(). */
struct inode_use {
	struct inodes *inodes;
	struct inode *inode; /* NULL: none */
	int fd;
	mode_t type; /* S_IFMT */
};

#define own_inode_use __attribute__((cleanup(inode_release))) struct inode_use

/* -ENOENT: no such number; -ESTALE: it cannot be found again; -EMFILE. */
int inode_take(struct inodes *inodes, uint64_t number, struct inode_use *ret);
void inode_release(struct inode_use *use);

/* The contents that a file has: they are the same while these are, unless they changed within a moment of each other.
 */
struct inode_contents {
	struct timespec changed; /* st_ctim */
	off_t size;
};

/* Whether the guest saw these when it last opened the file. From now on it has. */
bool inode_sees(const struct inode_use *use, const struct inode_contents *contents);

/* A file that was found in a directory that is in use. */
struct inode_found {
	const struct inode_use *directory;
	const char *name; /* NULL: it has none */
	int fd;           /* O_PATH; becomes the table's, or is closed */
	const struct attr_key *key;
	mode_t type;
};

/* The number of the file, once more known to the guest. */
int inode_know(struct inodes *inodes, const struct inode_found *found, uint64_t *ret_number);

/* The guest forgets it so many times. */
void inode_forget(struct inodes *inodes, uint64_t number, uint64_t times);

/* For what the guest knows of: it is now under that name, or under none. */
void inode_moved(struct inodes *inodes, const struct inode_found *found);

/* Closes some descriptors that can be opened again. Whether there were any. */
bool inodes_spare(struct inodes *inodes);

/* The number to show for a file: unique among all the shares' devices, which the guest sees as one. */
uint64_t inodes_show(struct inodes *inodes, uint64_t device, uint64_t number);
