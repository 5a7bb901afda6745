/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/mptable.h"

#include "microvm/vmm/x86/layout.h"
#include "microvm/vmm/x86/table.h"

#include <string.h>

/* MultiProcessor Specification 1.4, 4: each as it lies in memory */
struct mp_floating {
	char signature[4];
	uint32_t table;
	uint8_t paragraphs, revision, checksum, features[5];
};

struct mp_header {
	char signature[4];
	uint16_t bytes;
	uint8_t revision, checksum;
	char oem[8], product[12];
	uint32_t oem_table;
	uint16_t oem_bytes, entries;
	uint32_t local_apic;
	uint16_t extended_bytes;
	uint8_t extended_checksum, reserved;
};

struct mp_processor {
	uint8_t type, apic_id, apic_version, flags;
	uint32_t signature, features, reserved[2];
};

struct mp_bus {
	uint8_t type, id;
	char name[6];
};

struct mp_ioapic {
	uint8_t type, id, version, flags;
	uint32_t address;
};

struct mp_interrupt {
	uint8_t type, interrupt_type;
	uint16_t flags; /* 0: as the bus has it: edge, active high */
	uint8_t bus, bus_irq, apic, pin;
};

enum {
	MP_PROCESSOR = 0,
	MP_BUS = 1,
	MP_IOAPIC = 2,
	MP_INTERRUPT = 3,
	MP_LOCAL_INTERRUPT = 4,
	MP_REVISION = 4, /* 1.4 */
	MP_ENABLED = 1,
	MP_BOOT_PROCESSOR = 2,
	MP_APIC_VERSION = 0x14,
	MP_IOAPIC_PINS = 24,
	MP_EXTINT = 3,
	MP_NMI = 1,
	MP_ALL_APICS = 0xff,
};

/* Entries, one after another. */
struct mp_writer {
	uint8_t *at;
	uint16_t entries;
};

static void mp_add(struct mp_writer *w, const void *entry, size_t bytes)
{
	memcpy(w->at, entry, bytes);
	w->at += bytes;
	w->entries++;
}

static void mp_add_processors(struct mp_writer *w, uint32_t vcpus)
{
	for (uint32_t i = 0; i < vcpus; i++) {
		const struct mp_processor entry = {.type = MP_PROCESSOR,
			.apic_id = (uint8_t)i,
			.apic_version = MP_APIC_VERSION,
			.flags = (uint8_t)(MP_ENABLED | (i ? 0 : MP_BOOT_PROCESSOR))};

		mp_add(w, &entry, sizeof entry);
	}
}

static void mp_add_interrupts(struct mp_writer *w, uint8_t ioapic)
{
	const struct mp_interrupt local[] = {
		{.type = MP_LOCAL_INTERRUPT, .interrupt_type = MP_EXTINT, .apic = MP_ALL_APICS, .pin = 0},
		{.type = MP_LOCAL_INTERRUPT, .interrupt_type = MP_NMI, .apic = MP_ALL_APICS, .pin = 1},
	};

	for (uint8_t pin = 0; pin < MP_IOAPIC_PINS; pin++) {
		const struct mp_interrupt entry = {.type = MP_INTERRUPT, .bus_irq = pin, .apic = ioapic, .pin = pin};

		mp_add(w, &entry, sizeof entry);
	}
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		mp_add(w, &local[i], sizeof local[i]);
}

void mptable_write(uint32_t vcpus, const struct guest_memory *memory)
{
	uint8_t *page = guest_slice(memory, LAYOUT_MP_TABLE, LAYOUT_MP_TABLE_BYTES);
	struct mp_floating floating = {.signature = "_MP_",
		.table = LAYOUT_MP_TABLE + sizeof floating,
		.paragraphs = 1,
		.revision = MP_REVISION};
	struct mp_header header = {.signature = "PCMP",
		.revision = MP_REVISION,
		.oem = "CLOCHE  ",
		.product = "MICROVM     ",
		.local_apic = LAYOUT_LOCAL_APIC};
	uint8_t *start = page + sizeof floating;
	struct mp_writer w = {.at = start + sizeof header};
	const struct mp_bus bus = {.type = MP_BUS, .name = "ISA   "};
	const uint8_t ioapic_id = (uint8_t)vcpus; /* after the processors': it shares their numbers */
	const struct mp_ioapic ioapic = {
		.type = MP_IOAPIC, .id = ioapic_id, .version = 0x11, .flags = MP_ENABLED, .address = LAYOUT_IOAPIC};

	mp_add_processors(&w, vcpus);
	mp_add(&w, &bus, sizeof bus);
	mp_add(&w, &ioapic, sizeof ioapic);
	mp_add_interrupts(&w, ioapic_id);
	header.entries = w.entries;
	header.bytes = (uint16_t)(w.at - start);
	memcpy(start, &header, sizeof header);
	header.checksum = table_checksum(start, header.bytes);
	memcpy(start, &header, sizeof header);
	floating.checksum = table_checksum(&floating, sizeof floating);
	memcpy(page, &floating, sizeof floating);
}
