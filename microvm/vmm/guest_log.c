/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/guest_log.h"

#include "base/own.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void guest_log_open(struct guest_log *ret, int fd)
{
	struct stat status;

	*ret = (struct guest_log){.fd = fd};
	(void)pthread_mutex_init(&ret->lock, NULL); /* without attributes it cannot fail */
	ret->is_file = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

void guest_log_close(struct guest_log *log)
{
	own_release_fd(&log->fd);
	(void)pthread_mutex_destroy(&log->lock);
}

/* The ring's bytes in order, as the two pieces that they are. */
struct pieces {
	const char *at[2];
	size_t length[2];
};

static struct pieces ring_pieces(const struct guest_log *log)
{
	const size_t next = log->total % GUEST_LOG_BYTES;
	const bool is_full = log->total >= GUEST_LOG_BYTES;

	return (struct pieces){
		.at = {log->ring + next, log->ring}, .length = {is_full ? GUEST_LOG_BYTES - next : 0, next}};
}

static void ring_add(struct guest_log *log, const char *bytes, size_t length)
{
	while (length > 0) {
		const size_t next = log->total % GUEST_LOG_BYTES, room = GUEST_LOG_BYTES - next;
		const size_t n = length < room ? length : room;

		memcpy(log->ring + next, bytes, n);
		log->total += n;
		bytes += n;
		length -= n;
	}
}

/* A console's reader may be slow or gone; the guest does not wait for it. */
static void put(struct guest_log *log, const char *bytes, size_t length)
{
	while (length > 0 && log->fd >= 0) {
		const ssize_t n = write(log->fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			own_release_fd(&log->fd);
		if (n <= 0)
			return;
		log->file_bytes += (uint64_t)n;
		bytes += n;
		length -= (size_t)n;
	}
}

static void cut_file(struct guest_log *log)
{
	const struct pieces pieces = ring_pieces(log);

	if (ftruncate(log->fd, 0) < 0 || lseek(log->fd, 0, SEEK_SET) < 0) {
		own_release_fd(&log->fd);
		return;
	}
	log->file_bytes = 0;
	for (int i = 0; i < 2; i++)
		put(log, pieces.at[i], pieces.length[i]);
}

void guest_log_write(struct guest_log *log, const void *bytes, size_t length)
{
	pthread_mutex_lock(&log->lock);
	ring_add(log, bytes, length);
	put(log, bytes, length);
	if (log->is_file && log->fd >= 0 && log->file_bytes > UINT64_C(2) * GUEST_LOG_BYTES)
		cut_file(log);
	pthread_mutex_unlock(&log->lock);
}

bool guest_log_has(struct guest_log *log, const char *text)
{
	own_text all = {0};
	struct pieces pieces;

	pthread_mutex_lock(&log->lock);
	pieces = ring_pieces(log);
	for (int i = 0; i < 2; i++)
		text_add_bytes(&all, pieces.at[i], pieces.length[i]);
	pthread_mutex_unlock(&log->lock);
	return all.length > 0 && memmem(all.data, all.length, text, strlen(text));
}
