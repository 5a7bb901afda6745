/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include "tests/unit/unit.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct counted {
	struct loop *loop;
	struct loop_source source, *other;
	int calls;
};

static void count(struct loop_source *source, uint32_t events)
{
	struct counted *c = source->self;

	(void)events;
	c->calls++;
	if (c->other)
		loop_remove(c->loop, c->other);
}

static void counted_open(struct counted *c, struct loop *loop)
{
	struct err e;

	*c = (struct counted){.loop = loop, .source = {.fd = eventfd(1, EFD_CLOEXEC), .ready = count, .self = c}};
	assert_true(c->source.fd >= 0);
	assert_int_equal(loop_add(loop, &c->source, EPOLLIN, &e), 0);
}

static void loop_calls_what_is_ready_until_it_is_removed(void **state)
{
	struct loop loop;
	struct counted c;
	struct err e;
	int fd;

	(void)state;
	assert_int_equal(loop_open(&loop, &e), 0);
	counted_open(&c, &loop);
	fd = c.source.fd;
	assert_int_equal(loop_turn(&loop, 0, &e), 0);
	assert_int_equal(c.calls, 1);
	loop_remove(&loop, &c.source);
	loop_remove(&loop, &c.source);
	assert_int_equal(c.source.fd, -1);
	assert_int_equal(loop_turn(&loop, 0, &e), 0);
	assert_int_equal(c.calls, 1);
	close(fd);
	loop_close(&loop);
}

static void loop_calls_no_source_that_was_removed_in_the_same_batch(void **state)
{
	struct loop loop;
	struct counted a, b;
	struct err e;
	int fds[2];

	(void)state;
	assert_int_equal(loop_open(&loop, &e), 0);
	counted_open(&a, &loop);
	counted_open(&b, &loop);
	fds[0] = a.source.fd;
	fds[1] = b.source.fd;
	a.other = &b.source;
	b.other = &a.source;
	assert_int_equal(loop_turn(&loop, 0, &e), 0);
	assert_int_equal(a.calls + b.calls, 1);
	close(fds[0]);
	close(fds[1]);
	loop_close(&loop);
}

static void loop_runs_until_it_is_stopped(void **state)
{
	struct loop loop;
	struct err e;

	(void)state;
	assert_int_equal(loop_open(&loop, &e), 0);
	loop_stop(&loop);
	loop_stop(&loop);
	assert_int_equal(loop_run(&loop, &e), 0);
	assert_int_equal(loop_turn(&loop, 0, &e), 0);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_calls_what_is_ready_until_it_is_removed),
		cmocka_unit_test(loop_calls_no_source_that_was_removed_in_the_same_batch),
		cmocka_unit_test(loop_runs_until_it_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
