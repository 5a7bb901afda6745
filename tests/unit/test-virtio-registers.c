/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/echo.h"

#include "tests/unit/unit.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#define BIT(n) (UINT64_C(1) << (n))

enum {
	ACK = VIRTIO_CONFIG_S_ACKNOWLEDGE,
	DRIVER = VIRTIO_CONFIG_S_DRIVER,
	FEATURES = VIRTIO_CONFIG_S_FEATURES_OK,
	OK = VIRTIO_CONFIG_S_DRIVER_OK,
	FAILED = VIRTIO_CONFIG_S_FAILED,
};

#define DRIVER_OF(state) (&((struct echo_test *)*(state))->driver)
#define ECHO_OF(state)   (&((struct echo_test *)*(state))->echo)

static void registers_say_what_the_device_is(void **state)
{
	static const struct {
		uint32_t offset, value;
	} rows[] = {
		{VIRTIO_MMIO_MAGIC_VALUE, 0x74726976},
		{VIRTIO_MMIO_VERSION, 2},
		{VIRTIO_MMIO_DEVICE_ID, ECHO_ID},
		{VIRTIO_MMIO_VENDOR_ID, 0x63686c63},
		{VIRTIO_MMIO_QUEUE_NUM_MAX, ECHO_QUEUE_SIZE},
		{VIRTIO_MMIO_QUEUE_READY, 0},
		{VIRTIO_MMIO_INTERRUPT_STATUS, 0},
		{VIRTIO_MMIO_STATUS, 0},
		{VIRTIO_MMIO_SHM_LEN_LOW, UINT32_MAX},
		{VIRTIO_MMIO_SHM_LEN_HIGH, UINT32_MAX},
		{VIRTIO_MMIO_CONFIG_GENERATION, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(driver_read(DRIVER_OF(state), rows[i].offset), rows[i].value);
}

static void registers_are_words(void **state)
{
	struct device *r = &DRIVER_OF(state)->registers;

	assert_int_equal(r->read(r->self, VIRTIO_MMIO_MAGIC_VALUE, 1), 0);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_MAGIC_VALUE + 2, 2), 0);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_MAGIC_VALUE, 8), 0);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_MAGIC_VALUE + 1, 4), 0);
	r->write(r->self, VIRTIO_MMIO_STATUS, 1, ACK);
	r->write(r->self, VIRTIO_MMIO_STATUS, 8, ACK);
	assert_int_equal(driver_read(DRIVER_OF(state), VIRTIO_MMIO_STATUS), 0);
}

static void every_offset_can_be_read_and_written_at_every_size(void **state)
{
	struct device *r = &DRIVER_OF(state)->registers;

	for (uint64_t offset = 0; offset < GUEST_MMIO_BYTES; offset++)
		for (unsigned int size = 1; size <= 8 && offset + size <= GUEST_MMIO_BYTES; size *= 2) {
			(void)r->read(r->self, offset, size);
			r->write(r->self, offset, size, UINT64_MAX);
		}
	driver_run(DRIVER_OF(state), 0);
	assert_int_equal(ECHO_OF(state)->notified, 0);
}

static void configuration_space_is_the_devices(void **state)
{
	struct device *r = &DRIVER_OF(state)->registers;

	r->write(r->self, VIRTIO_MMIO_CONFIG, 8, 0x1122334455667788);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_CONFIG, 1), 0x88);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_CONFIG + 2, 2), 0x5566);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_CONFIG + 4, 4), 0x11223344);
	assert_int_equal(r->read(r->self, VIRTIO_MMIO_CONFIG + 5, 4), 0);
}

/* Each row from a fresh device: what is written to the status register in turn, and what it is then. */
static void status_bits_are_taken_in_their_order(void **state)
{
	static const struct {
		uint32_t writes[5], end;
	} rows[] = {
		{{ACK}, ACK},
		{{DRIVER}, 0},
		{{FEATURES}, 0},
		{{OK}, 0},
		{{ACK, ACK | DRIVER}, ACK | DRIVER},
		{{ACK | DRIVER}, ACK | DRIVER},
		{{ACK, ACK | OK}, ACK},
		{{ACK, ACK | DRIVER, ACK | DRIVER | OK}, ACK | DRIVER},
		{{ACK, ACK | DRIVER, ACK | DRIVER | FEATURES}, ACK | DRIVER}, /* VERSION_1 is not accepted */
		{{ACK | DRIVER, ACK}, ACK | DRIVER},
		{{ACK | DRIVER, DRIVER}, ACK | DRIVER},
		{{FAILED}, FAILED},
		{{ACK, ACK | FAILED}, ACK | FAILED},
		{{ACK | VIRTIO_CONFIG_S_NEEDS_RESET | 0xffffff00u | 0x20}, ACK},
	};
	struct driver *d = DRIVER_OF(state);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		driver_write(d, VIRTIO_MMIO_STATUS, 0);
		for (size_t j = 0; j < 5 && rows[i].writes[j]; j++)
			driver_write(d, VIRTIO_MMIO_STATUS, rows[i].writes[j]);
		assert_int_equal(driver_read(d, VIRTIO_MMIO_STATUS), rows[i].end);
	}
}

static uint32_t status_after_features(struct driver *d, uint32_t low, uint32_t high)
{
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	driver_write(d, VIRTIO_MMIO_STATUS, ACK | DRIVER);
	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES, low);
	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES, high);
	driver_write(d, VIRTIO_MMIO_STATUS, ACK | DRIVER | FEATURES);
	return driver_read(d, VIRTIO_MMIO_STATUS);
}

static void features_are_what_was_offered_and_version_1(void **state)
{
	const uint32_t version_1 = BIT(VIRTIO_F_VERSION_1) >> 32;
	struct driver *d = DRIVER_OF(state);

	driver_write(d, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_DEVICE_FEATURES),
		BIT(ECHO_FEATURE) | BIT(VIRTIO_RING_F_EVENT_IDX) | BIT(VIRTIO_RING_F_INDIRECT_DESC));
	driver_write(d, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_DEVICE_FEATURES), version_1);
	driver_write(d, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_DEVICE_FEATURES), 0);
	driver_write(d, VIRTIO_MMIO_DEVICE_FEATURES_SEL, UINT32_MAX);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_DEVICE_FEATURES), 0);

	assert_int_equal(status_after_features(d, 0, version_1), ACK | DRIVER | FEATURES);
	assert_int_equal(status_after_features(d, BIT(ECHO_FEATURE), version_1), ACK | DRIVER | FEATURES);
	assert_int_equal(status_after_features(d, BIT(ECHO_FEATURE), 0), ACK | DRIVER);
	assert_int_equal(status_after_features(d, BIT(ECHO_FEATURE + 1), version_1), ACK | DRIVER);
	assert_int_equal(status_after_features(d, 0, version_1 | 2), ACK | DRIVER);
}

static void features_stand_once_they_are_agreed_on(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES, BIT(ECHO_FEATURE)); /* before there is a driver */
	assert_int_equal(ECHO_OF(state)->device.driver_features, 0);
	driver_start(d, 0, 8);
	assert_int_equal(ECHO_OF(state)->activated, 1);
	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES, BIT(ECHO_FEATURE));
	assert_int_equal(ECHO_OF(state)->device.driver_features, BIT(VIRTIO_F_VERSION_1));
}

static void a_queue_is_set_between_features_and_driver_ok(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_set_queue(d, 0, 8);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 0);
	driver_start(d, 0, 8);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 1);
	driver_write(d, VIRTIO_MMIO_QUEUE_READY, 0);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 0);
	driver_write(d, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_false(driver_needs_reset(d));
}

static void a_queue_that_does_not_exist_has_no_size(void **state)
{
	static const uint32_t rows[] = {ECHO_QUEUES, VIRTIO_QUEUES_MAX, UINT32_MAX};
	struct driver *d = DRIVER_OF(state);

	driver_negotiate(d, BIT(VIRTIO_F_VERSION_1));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		driver_write(d, VIRTIO_MMIO_QUEUE_SEL, rows[i]);
		driver_write(d, VIRTIO_MMIO_QUEUE_NUM, 8);
		driver_write(d, VIRTIO_MMIO_QUEUE_DESC_LOW, 0x1000);
		driver_write(d, VIRTIO_MMIO_QUEUE_READY, 1);
		assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
		assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 0);
		driver_write(d, VIRTIO_MMIO_QUEUE_NOTIFY, rows[i]);
	}
	driver_run(d, 0);
	assert_false(driver_needs_reset(d));
	assert_int_equal(ECHO_OF(state)->notified, 0);
}

static void a_queue_that_makes_no_sense_needs_a_reset(void **state)
{
	static const struct {
		uint16_t size;
		gpa_t descriptors, driver, device;
	} rows[] = {
		{0, 0x1000, 0x2000, 0x3000},
		{3, 0x1000, 0x2000, 0x3000},
		{ECHO_QUEUE_SIZE * 2, 0x1000, 0x2000, 0x3000},
		{8, 0x1008, 0x2000, 0x3000},
		{8, 0x1000, 0x2001, 0x3000},
		{8, 0x1000, 0x2000, 0x3002},
		{8, DRIVER_MEMORY_BYTES, 0x2000, 0x3000},
		{8, 0x1000, DRIVER_MEMORY_BYTES - 4, 0x3000},
		{8, 0x1000, 0x2000, DRIVER_MEMORY_BYTES - 68}, /* all but the event index */
		{8, UINT64_MAX - 15, 0x2000, 0x3000},
		{8, 0x1000, 0x2000, GUEST_HOLE_START},
		{8, 0x1000, GUEST_HOLE_END, 0x3000},
	};
	struct driver *d = DRIVER_OF(state);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		driver_write(d, VIRTIO_MMIO_STATUS, 0);
		driver_negotiate(d, BIT(VIRTIO_F_VERSION_1));
		d->queues[1].size = rows[i].size;
		driver_set_queue_at(d, 1, rows[i].descriptors, rows[i].driver, rows[i].device);
		assert_true(driver_needs_reset(d));
		assert_int_equal(driver_interrupts(d), 0); /* no driver yet that would look */
	}
	driver_write(d, VIRTIO_MMIO_STATUS, driver_read(d, VIRTIO_MMIO_STATUS) | OK);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void a_reset_forgets_everything(void **state)
{
	struct driver *d = DRIVER_OF(state);

	driver_start(d, BIT(ECHO_FEATURE), 8);
	virtio_lock(&ECHO_OF(state)->device);
	virtio_config_changed(&ECHO_OF(state)->device);
	virtio_unlock(&ECHO_OF(state)->device);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_CONFIG);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_CONFIG_GENERATION), 1);
	driver_write(d, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(ECHO_OF(state)->reset, 1);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_STATUS), 0);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	for (unsigned int i = 0; i < ECHO_QUEUES; i++) {
		driver_write(d, VIRTIO_MMIO_QUEUE_SEL, i);
		assert_int_equal(driver_read(d, VIRTIO_MMIO_QUEUE_READY), 0);
	}
	assert_int_equal(ECHO_OF(state)->device.driver_features, 0);
	driver_kick(d, 0);
	driver_run(d, 0);
	assert_int_equal(ECHO_OF(state)->notified, 0);
}

static void interrupts_are_acknowledged_bit_by_bit(void **state)
{
	struct driver *d = DRIVER_OF(state);
	struct virtio_device *device = &ECHO_OF(state)->device;

	driver_start(d, 0, 8);
	device->interrupt_status = VIRTIO_MMIO_INT_CONFIG | VIRTIO_MMIO_INT_VRING;
	driver_write(d, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_MMIO_INT_VRING);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_CONFIG);
	driver_write(d, VIRTIO_MMIO_INTERRUPT_ACK, UINT32_MAX);
	assert_int_equal(driver_read(d, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers_say_what_the_device_is),
		TEST(registers_are_words),
		TEST(every_offset_can_be_read_and_written_at_every_size),
		TEST(configuration_space_is_the_devices),
		TEST(status_bits_are_taken_in_their_order),
		TEST(features_are_what_was_offered_and_version_1),
		TEST(features_stand_once_they_are_agreed_on),
		TEST(a_queue_is_set_between_features_and_driver_ok),
		TEST(a_queue_that_does_not_exist_has_no_size),
		TEST(a_queue_that_makes_no_sense_needs_a_reset),
		TEST(a_reset_forgets_everything),
		TEST(interrupts_are_acknowledged_bit_by_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
