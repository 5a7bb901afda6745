/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest (numbers that it makes up, files that it never forgets) and whoever changes the shares meanwhile. */
#include "microvm/fs/inode.h"

#include "base/own.h"
#include "microvm/fs/component.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum {
	INODES_BUCKETS_FIRST = 1024,
	INODES_DEPTH_MAX = 1024, /* of directories that are opened again on the way to a file */
	INODES_SPARE = 32,       /* descriptors to close when there are too many */
	INODES_DEVICE_SHIFT = 48,
};

/*
 * Alive while the guest knows it, it has children, or it is in use. In the list of the oldest to the newest while its
 * descriptor is open and could be opened again.
 */
struct inode {
	uint64_t number;
	struct attr_key key;
	mode_t type;
	int fd; /* -1: closed meanwhile */
	uint64_t known;
	uint32_t children, users;
	struct inode_contents seen;
	struct inode *parent;
	char *name;          /* owned; NULL: it cannot be opened again */
	struct inode *next;  /* in its bucket */
	struct inode *below; /* on the way down that is being opened again */
	struct inode *older, *newer;
	bool listed;
};

static size_t inodes_bucket(const struct inodes *t, const struct attr_key *key)
{
	uint64_t hash = key->number * UINT64_C(0x9e3779b97f4a7c15);

	hash ^= (key->device + (key->mount << 17)) * UINT64_C(0xc2b2ae3d27d4eb4f);
	return (size_t)(hash >> 20) & (t->buckets_n - 1);
}

static struct inode *inodes_find(const struct inodes *t, const struct attr_key *key)
{
	struct inode *i = t->buckets[inodes_bucket(t, key)];

	while (i && memcmp(&i->key, key, sizeof *key) != 0)
		i = i->next;
	return i;
}

static void inodes_hash(struct inodes *t, struct inode *i)
{
	struct inode **bucket = &t->buckets[inodes_bucket(t, &i->key)];

	i->next = *bucket;
	*bucket = i;
}

static void inodes_unhash(struct inodes *t, struct inode *i)
{
	struct inode **at = &t->buckets[inodes_bucket(t, &i->key)];

	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
}

/* Without memory for more the buckets only become longer. */
static void inodes_widen(struct inodes *t)
{
	struct inode **old = t->buckets, **wide = calloc(t->buckets_n * 2, sizeof *wide);
	const size_t old_n = t->buckets_n;

	if (!wide)
		return;
	t->buckets = wide;
	t->buckets_n *= 2;
	for (size_t n = 0; n < old_n; n++) {
		for (struct inode *next, *i = old[n]; i; i = next) {
			next = i->next;
			inodes_hash(t, i);
		}
	}
	free(old);
}

static void inode_unlist(struct inodes *t, struct inode *i)
{
	if (!i->listed)
		return;
	*(i->older ? &i->older->newer : &t->oldest) = i->newer;
	*(i->newer ? &i->newer->older : &t->newest) = i->older;
	i->listed = false;
	t->open_n--;
}

/* As the newest, where it can be opened again. */
static void inode_list(struct inodes *t, struct inode *i)
{
	inode_unlist(t, i);
	if (i->fd < 0 || !i->name)
		return;
	i->older = t->newest;
	i->newer = NULL;
	*(t->newest ? &t->newest->newer : &t->oldest) = i;
	t->newest = i;
	i->listed = true;
	t->open_n++;
}

/* Closes the oldest that nobody uses, until no more than `most` are open. */
static bool inodes_trim(struct inodes *t, size_t most)
{
	const size_t before = t->open_n;

	for (struct inode *next, *i = t->oldest; i && t->open_n > most; i = next) {
		next = i->newer;
		if (i->users > 0)
			continue;
		inode_unlist(t, i);
		own_release_fd(&i->fd);
		i->fd = -1;
	}
	return t->open_n < before;
}

static bool inode_is_needed(const struct inode *i)
{
	return i->known > 0 || i->children > 0 || i->users > 0 || i->number == INODE_TOP;
}

/* Frees it where nothing needs it any more, and then those above it. */
static void inode_drop(struct inodes *t, struct inode *i)
{
	while (i && !inode_is_needed(i)) {
		struct inode *parent = i->parent;

		inode_unlist(t, i);
		inodes_unhash(t, i);
		slots_remove(&t->numbers, i->number);
		own_release_fd(&i->fd);
		free(i->name);
		free(i);
		t->n--;
		if (parent)
			parent->children--;
		i = parent;
	}
}

static bool inode_is_below(const struct inode *i, const struct inode *above)
{
	while (i && i != above)
		i = i->parent;
	return i;
}

/* A place that makes no sense (a loop, no memory) makes it one that cannot be opened again. */
static void inode_place(struct inodes *t, struct inode *i, const struct inode_found *found)
{
	struct inode *parent = found->name ? found->directory->inode : NULL, *old = i->parent;
	char *name;

	if (parent && parent == old && strcmp(found->name, i->name) == 0) {
		inode_list(t, i);
		return;
	}
	name = parent && !inode_is_below(parent, i) ? strdup(found->name) : NULL;
	free(i->name);
	i->name = name;
	i->parent = name ? parent : NULL;
	if (i->parent)
		i->parent->children++;
	if (old) {
		old->children--;
		inode_drop(t, old);
	}
	inode_list(t, i);
}

static struct inode *inode_new(struct inodes *t, const struct inode_found *found)
{
	struct inode *i = calloc(1, sizeof *i);

	if (!i)
		return NULL;
	*i = (struct inode){.key = *found->key, .type = found->type & S_IFMT, .fd = -1};
	i->number = slots_add(&t->numbers, i);
	if (i->number == 0) {
		free(i);
		return NULL;
	}
	if (t->n++ > t->buckets_n)
		inodes_widen(t);
	inodes_hash(t, i);
	return i;
}

int inodes_open(struct inodes *ret, int top, size_t open_max)
{
	struct inodes t = {.open_max = open_max, .buckets_n = INODES_BUCKETS_FIRST};
	struct attr_key key;
	struct stat st;
	const struct inode_found found = {.fd = top, .key = &key, .type = S_IFDIR};
	int r = attr_read(top, &st, &key);

	if (r < 0)
		return r;
	t.buckets = calloc(t.buckets_n, sizeof(struct inode *));
	t.top = t.buckets ? inode_new(&t, &found) : NULL;
	if (!t.top) {
		free(t.buckets);
		slots_free(&t.numbers);
		return -ENOMEM;
	}
	t.top->fd = top;
	(void)pthread_mutex_init(&t.lock, NULL); /* cannot fail with the default attributes */
	*ret = t;
	return 0;
}

void inodes_close(struct inodes *t)
{
	uint32_t at = 0;

	for (struct inode *i; (i = slots_next(&t->numbers, &at));) {
		own_release_fd(&i->fd);
		free(i->name);
		free(i);
	}
	slots_free(&t->numbers);
	free(t->buckets);
	(void)pthread_mutex_destroy(&t->lock); /* nobody holds it */
	*t = (struct inodes){0};
}

static int inode_open_below(struct inodes *t, const struct inode *parent, struct inode *i)
{
	own_fd fd = component_open(parent->fd, i->name);
	struct attr_key key;
	struct stat st;
	int r = fd < 0 ? fd : attr_read(fd, &st, &key);

	if (r == -EMFILE)
		return r;
	if (r < 0 || memcmp(&key, &i->key, sizeof key) != 0)
		return -ESTALE;
	i->fd = give_fd(&fd);
	inode_list(t, i);
	return 0;
}

/* Opens what was closed, from the first above it that is open downwards. */
static int inode_open_again(struct inodes *t, struct inode *i)
{
	struct inode *below = NULL;
	int r = 0;

	for (int depth = 0; i->fd < 0; depth++) {
		if (!i->name || depth == INODES_DEPTH_MAX)
			return -ESTALE;
		i->below = below;
		below = i;
		i = i->parent;
	}
	for (; below && r == 0; below = below->below) {
		r = inode_open_below(t, i, below);
		i = below;
	}
	return r;
}

static bool inodes_spare_locked(struct inodes *t)
{
	return inodes_trim(t, t->open_n > INODES_SPARE ? t->open_n - INODES_SPARE : 0);
}

static int inode_take_locked(struct inodes *t, struct inode *i, struct inode_use *ret)
{
	int r = i ? inode_open_again(t, i) : -ENOENT;

	if (r == -EMFILE && inodes_spare_locked(t))
		r = inode_open_again(t, i);
	if (r < 0)
		return r;
	i->users++;
	if (i != t->top)
		inode_list(t, i);
	(void)inodes_trim(t, t->open_max); /* when all are in use there are as many as it takes */
	*ret = (struct inode_use){.inodes = t, .inode = i, .fd = i->fd, .type = i->type};
	return 0;
}

int inode_take(struct inodes *t, uint64_t number, struct inode_use *ret)
{
	int r;

	(void)pthread_mutex_lock(&t->lock);
	r = inode_take_locked(t, slots_find(&t->numbers, number), ret);
	(void)pthread_mutex_unlock(&t->lock);
	return r;
}

void inode_release(struct inode_use *use)
{
	struct inodes *t = use->inodes;

	if (!use->inode)
		return;
	(void)pthread_mutex_lock(&t->lock);
	use->inode->users--;
	inode_drop(t, use->inode);
	(void)pthread_mutex_unlock(&t->lock);
	use->inode = NULL;
}

static bool inode_contents_match(const struct inode_contents *a, const struct inode_contents *b)
{
	return a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec && a->size == b->size;
}

bool inode_sees(const struct inode_use *use, const struct inode_contents *contents)
{
	bool same;

	(void)pthread_mutex_lock(&use->inodes->lock);
	same = inode_contents_match(&use->inode->seen, contents);
	use->inode->seen = *contents;
	(void)pthread_mutex_unlock(&use->inodes->lock);
	return same;
}

static int inode_know_locked(struct inodes *t, const struct inode_found *found, uint64_t *ret_number)
{
	struct inode *i = inodes_find(t, found->key);
	own_fd fd = found->fd;

	if (!i)
		i = inode_new(t, found);
	if (!i)
		return -ENOMEM;
	i->known++;
	if (i->fd < 0)
		i->fd = give_fd(&fd);
	if (i != t->top)
		inode_place(t, i, found);
	(void)inodes_trim(t, t->open_max); /* as in inode_take() */
	*ret_number = i->number;
	return 0;
}

int inode_know(struct inodes *t, const struct inode_found *found, uint64_t *ret_number)
{
	int r;

	(void)pthread_mutex_lock(&t->lock);
	r = inode_know_locked(t, found, ret_number);
	(void)pthread_mutex_unlock(&t->lock);
	return r;
}

void inode_moved(struct inodes *t, const struct inode_found *found)
{
	own_fd fd = found->fd;
	struct inode *i;

	(void)pthread_mutex_lock(&t->lock);
	i = inodes_find(t, found->key);
	if (i && i != t->top) {
		if (i->fd < 0)
			i->fd = give_fd(&fd);
		inode_place(t, i, found);
	}
	(void)pthread_mutex_unlock(&t->lock);
}

void inode_forget(struct inodes *t, uint64_t number, uint64_t times)
{
	struct inode *i;

	(void)pthread_mutex_lock(&t->lock);
	i = slots_find(&t->numbers, number);
	if (i) {
		i->known -= times < i->known ? times : i->known;
		inode_drop(t, i);
	}
	(void)pthread_mutex_unlock(&t->lock);
}

bool inodes_spare(struct inodes *t)
{
	bool any;

	(void)pthread_mutex_lock(&t->lock);
	any = inodes_spare_locked(t);
	(void)pthread_mutex_unlock(&t->lock);
	return any;
}

uint64_t inodes_show(struct inodes *t, uint64_t device, uint64_t number)
{
	uint64_t n = 0;

	(void)pthread_mutex_lock(&t->lock);
	while (n < t->devices_n && t->devices[n] != device)
		n++;
	if (n == t->devices_n && n < INODE_DEVICES_MAX)
		t->devices[t->devices_n++] = device;
	(void)pthread_mutex_unlock(&t->lock);
	return number ^ n << INODES_DEVICE_SHIFT;
}
