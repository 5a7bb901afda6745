/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/proto/criu.h"

#include "runtime/proto/protobuf.h"

#include <errno.h>
#include <string.h>

/* Numbers of criu_req, criu_resp, and of the messages that they hold. */
enum {
	REQUEST_TYPE = 1,
	REQUEST_OPTIONS = 2,
	REQUEST_NOTIFY_SUCCESS = 3,

	PAIR_KEY = 1,
	PAIR_VALUE = 2,

	PAGE_SERVER_ADDRESS = 1,
	PAGE_SERVER_PORT = 2,

	RESPONSE_TYPE = 1,
	RESPONSE_SUCCESS = 2,
	RESPONSE_RESTORE = 4,
	RESPONSE_NOTIFY = 5,
	RESPONSE_ERROR = 9,

	RESTORE_PID = 1,

	NOTIFY_SCRIPT = 1,
	NOTIFY_PID = 2,
};

void criu_add_pair(struct text *options, enum criu_option option, const char *key, const char *value)
{
	own_text pair = {0};

	protobuf_add_string(&pair, PAIR_KEY, key);
	protobuf_add_string(&pair, PAIR_VALUE, value);
	protobuf_add_message(options, option, &pair);
}

void criu_add_inherited(struct text *options, const char *key, int fd)
{
	own_text pair = {0};

	protobuf_add_string(&pair, PAIR_KEY, key);
	protobuf_add_number(&pair, PAIR_VALUE, (uint64_t)fd);
	protobuf_add_message(options, CRIU_INHERIT_FD, &pair);
}

void criu_add_page_server(struct text *options, const char *address, unsigned int port)
{
	own_text server = {0};

	protobuf_add_string(&server, PAGE_SERVER_ADDRESS, address);
	protobuf_add_number(&server, PAGE_SERVER_PORT, port);
	protobuf_add_message(options, CRIU_PAGE_SERVER, &server);
}

void criu_write_request(enum criu_type type, const struct text *options, struct text *out)
{
	protobuf_add_number(out, REQUEST_TYPE, type);
	protobuf_add_message(out, REQUEST_OPTIONS, options);
}

void criu_write_answer(bool success, struct text *out)
{
	protobuf_add_number(out, REQUEST_TYPE, CRIU_NOTIFY);
	protobuf_add_number(out, REQUEST_NOTIFY_SUCCESS, success);
}

/* As much of it as there is room for, without what would spoil a line. */
static void response_string(const struct protobuf_reader *bytes, char *to, size_t room)
{
	size_t n = bytes->left < room - 1 ? bytes->left : room - 1;

	memcpy(to, bytes->at, n);
	to[n] = '\0';
	for (char *c = to; *c; c++)
		*c = (char)((unsigned char)*c < 0x20 ? ' ' : *c);
	for (size_t end = strlen(to); end && to[end - 1] == ' ';)
		to[--end] = '\0';
}

/* A restore's answer has its pid at RESTORE_PID, a notification at NOTIFY_PID. */
static int response_inner(struct protobuf_reader bytes, unsigned int pid_number, struct criu_response *response)
{
	struct protobuf_field field;
	int r;

	while ((r = protobuf_next(&bytes, &field)) == 1) {
		if (!field.is_bytes && field.number == pid_number && field.value <= INT32_MAX)
			response->pid = (pid_t)field.value;
		if (field.is_bytes && field.number == NOTIFY_SCRIPT)
			response_string(&field.bytes, response->script, sizeof response->script);
	}
	return r;
}

static int response_field(const struct protobuf_field *field, struct criu_response *response)
{
	if (!field->is_bytes && field->number == RESPONSE_TYPE)
		response->type = (unsigned int)field->value;
	if (!field->is_bytes && field->number == RESPONSE_SUCCESS)
		response->success = field->value != 0;
	if (field->is_bytes && field->number == RESPONSE_ERROR)
		response_string(&field->bytes, response->error, sizeof response->error);
	if (field->is_bytes && field->number == RESPONSE_RESTORE)
		return response_inner(field->bytes, RESTORE_PID, response);
	if (field->is_bytes && field->number == RESPONSE_NOTIFY)
		return response_inner(field->bytes, NOTIFY_PID, response);
	return 0;
}

int criu_read_response(const void *bytes, size_t length, struct criu_response *ret, struct err *e)
{
	struct protobuf_reader reader = {.at = bytes, .left = length};
	struct criu_response response = {0};
	struct protobuf_field field;
	int r;

	while ((r = protobuf_next(&reader, &field)) == 1)
		if (response_field(&field, &response) < 0)
			break;
	if (r != 0)
		return err_set(e, EPROTO, "criu-protocol", "criu has sent what is no answer");
	*ret = response;
	return 0;
}
