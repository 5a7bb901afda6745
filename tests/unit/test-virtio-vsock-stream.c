/* SPDX-License-Identifier: Apache-2.0 */
/* Much through one connection, and something through many. */
#include "tests/unit/vsock.h"

#include <fcntl.h>
#include <unistd.h>

enum {
	MUCH = 64 << 20,
	PIECE = 48 * 1024, /* divides neither the credit nor a ring */
	MANY = 200,
	EACH = 40 * 1000,
};

/* One end of a stream, whose bytes say where in it they are: a wrong one is found, wherever it went. */
struct flow {
	uint64_t seed, at;
};

static void flow_make(struct flow *f, uint8_t *to, size_t length)
{
	for (size_t i = 0; i < length; i++, f->at++)
		to[i] = (uint8_t)((f->at * UINT64_C(0x9e3779b97f4a7c15) + f->seed) >> 40);
}

static void flow_check(struct flow *f, const uint8_t *bytes, size_t length)
{
	uint8_t expected[PIECE];

	assert_true(length <= sizeof expected);
	flow_make(f, expected, length);
	assert_memory_equal(bytes, expected, length);
}

/* The guest's side of a connection, as a kernel keeps it. */
struct peer {
	struct vsock_pair pair;
	int client;
	struct flow made, got;               /* by the guest, to the host and from it */
	struct flow client_made, client_got; /* by the client */
	uint32_t limit, taken, told;         /* the host's credit; what the guest has told it of its own */
	uint8_t piece[PIECE];
};

static void peer_tell(struct vsock_guest *g, struct peer *p)
{
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_CREDIT_UPDATE, p->pair.guest, p->pair.host);

	header.fwd_cnt = p->told = (uint32_t)p->got.at;
	vsock_guest_send(g, header, NULL);
}

static void peer_take(struct vsock_guest *g, struct peer *p, const struct vsock_packet *packet)
{
	p->limit = packet->header.buf_alloc;
	p->taken = packet->header.fwd_cnt;
	if (packet->header.op == VIRTIO_VSOCK_OP_RW)
		flow_check(&p->got, packet->data, packet->header.len);
	else
		assert_in_range(packet->header.op, VIRTIO_VSOCK_OP_CREDIT_UPDATE, VIRTIO_VSOCK_OP_CREDIT_REQUEST);
	if (packet->header.op == VIRTIO_VSOCK_OP_CREDIT_REQUEST ||
		(uint32_t)p->got.at - p->told >= VSOCK_GUEST_CREDIT / 2)
		peer_tell(g, p);
}

/* As much of `length` bytes as there is credit for. Returns how many. */
static size_t peer_send(struct vsock_guest *g, struct peer *p, size_t length)
{
	const uint32_t room = p->limit - ((uint32_t)p->made.at - p->taken);
	struct virtio_vsock_hdr header = vsock_guest_header(VIRTIO_VSOCK_OP_RW, p->pair.guest, p->pair.host);

	length = length < PIECE ? length : PIECE;
	header.len = (uint32_t)(length < room ? length : room);
	header.fwd_cnt = p->told = (uint32_t)p->got.at;
	flow_make(&p->made, p->piece, header.len);
	if (header.len > 0)
		vsock_guest_send(g, header, p->piece);
	return header.len;
}

/* As much as the socket takes. */
static void client_send(struct peer *p, size_t length)
{
	struct flow before = p->client_made;
	ssize_t n;

	length = length < PIECE ? length : PIECE;
	flow_make(&p->client_made, p->piece, length);
	n = send(p->client, p->piece, length, MSG_NOSIGNAL);
	assert_true(n >= 0 || errno == EAGAIN);
	p->client_made.at = before.at + (n < 0 ? 0 : (uint64_t)n);
}

static void client_take(struct peer *p)
{
	ssize_t n = recv(p->client, p->piece, PIECE, 0);

	assert_true(n > 0 || (n < 0 && errno == EAGAIN));
	if (n > 0)
		flow_check(&p->client_got, p->piece, (size_t)n);
}

static struct peer peer_open(struct vsock_guest *g, uint64_t seed)
{
	struct peer p = {.made.seed = seed,
		.client_got.seed = seed,
		.client_made.seed = ~seed,
		.got.seed = ~seed,
		.limit = 65536};

	p.pair = connect_client(g, &p.client);
	return p;
}

static void take_packets(struct vsock_guest *g, struct peer *peers, unsigned int n)
{
	struct vsock_packet packet;

	vsock_guest_run(g);
	while (vsock_guest_next(g, &packet)) {
		unsigned int i = 0;

		while (i < n && peers[i].pair.host != packet.header.src_port)
			i++;
		assert_true(i < n);
		peer_take(g, &peers[i], &packet);
		vsock_guest_run(g);
	}
}

static void much_arrives_whole_from_the_guest(void **state)
{
	struct peer *p = test_malloc(sizeof *p);

	*p = peer_open(*state, 1);
	while (p->client_got.at < MUCH) {
		(void)peer_send(*state, p, (size_t)(MUCH - p->made.at));
		client_take(p);
		take_packets(*state, p, 1);
	}
	assert_int_equal(p->client_got.at, p->made.at);
	close(p->client);
	test_free(p);
}

static void much_arrives_whole_in_the_guest(void **state)
{
	struct peer *p = test_malloc(sizeof *p);

	*p = peer_open(*state, 2);
	while (p->got.at < MUCH) {
		client_send(p, (size_t)(MUCH - p->client_made.at));
		take_packets(*state, p, 1);
	}
	assert_int_equal(p->got.at, p->client_made.at);
	close(p->client);
	test_free(p);
}

static bool all_is_there(const struct peer *peers)
{
	for (unsigned int i = 0; i < MANY; i++)
		if (peers[i].got.at < EACH || peers[i].client_got.at < EACH)
			return false;
	return true;
}

/* What `cloche exec` does: many connections at once, whose bytes are mixed with each other's and get to the right one.
 */
static void many_connections_carry_bytes_side_by_side(void **state)
{
	struct peer *peers = test_calloc(MANY, sizeof *peers);

	for (unsigned int i = 0; i < MANY; i++)
		peers[i] = peer_open(*state, i * 1000003);
	while (!all_is_there(peers)) {
		for (unsigned int i = 0; i < MANY; i++) {
			struct peer *p = &peers[i];

			client_send(p, 1 + (EACH - (size_t)p->client_made.at) / 3 * (p->client_made.at < EACH));
			(void)peer_send(*state, p, 1 + (EACH - (size_t)p->made.at) / 5 * (p->made.at < EACH));
			client_take(p);
		}
		take_packets(*state, peers, MANY);
	}
	for (unsigned int i = 0; i < MANY; i++)
		close(peers[i].client);
	test_free(peers);
}

/* Nobody waits for the one before. */
static void many_clients_ask_at_once(void **state)
{
	struct vsock_guest *g = *state;
	int clients[MANY];
	uint32_t ports[MANY];

	for (unsigned int i = 0; i < MANY; i++) {
		clients[i] = vsock_guest_client(g);
		assert_int_equal(send(clients[i], "CONNECT 1\n", 10, MSG_NOSIGNAL), 10);
	}
	for (unsigned int i = 0; i < MANY; i++) {
		vsock_guest_run(g);
		ports[i] = expect_packet(g, VIRTIO_VSOCK_OP_REQUEST).header.src_port;
	}
	for (unsigned int i = MANY; i-- > 0;)
		vsock_guest_say(g, VIRTIO_VSOCK_OP_RESPONSE, 1, ports[i]);
	for (unsigned int i = 0; i < MANY; i++) {
		char line[32];

		assert_true(recv(clients[i], line, sizeof line, 0) > 3);
		assert_memory_equal(line, "OK ", 3);
		close(clients[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, vsock_set_up, vsock_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(much_arrives_whole_from_the_guest),
		TEST(much_arrives_whole_in_the_guest),
		TEST(many_connections_carry_bytes_side_by_side),
		TEST(many_clients_ask_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
