/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/acpi.h"

#include "microvm/vmm/x86/aml.h"
#include "microvm/vmm/x86/layout.h"
#include "microvm/vmm/x86/table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ACPI 6.4, 5.2: each as it lies in memory */
struct acpi_header {
	char signature[4];
	uint32_t bytes;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision;
	char creator[4];
	uint32_t creator_revision;
} __attribute__((packed));

struct acpi_rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt, bytes;
	uint64_t xsdt;
	uint8_t extended_checksum, reserved[3];
} __attribute__((packed));

struct acpi_address {
	uint8_t space, bits, offset, access;
	uint64_t address;
} __attribute__((packed));

struct acpi_fadt {
	struct acpi_header header;
	uint32_t facs, dsdt;
	uint8_t reserved, profile;
	uint16_t sci;
	uint8_t legacy[61]; /* fixed hardware that there is none of */
	uint16_t boot_flags;
	uint8_t reserved2;
	uint32_t flags;
	struct acpi_address reset;
	uint8_t reset_value;
	uint16_t arm_flags;
	uint8_t minor;
	uint64_t x_facs, x_dsdt;
	struct acpi_address fixed[8];
	struct acpi_address sleep_control, sleep_status;
	uint64_t hypervisor;
} __attribute__((packed));
static_assert(sizeof(struct acpi_fadt) == 276, "ACPI 6.4, table 5.9");

struct acpi_madt {
	struct acpi_header header;
	uint32_t local_apic, flags;
} __attribute__((packed));

struct acpi_local_apic {
	uint8_t type, bytes, processor, apic_id;
	uint32_t flags;
} __attribute__((packed));

struct acpi_ioapic {
	uint8_t type, bytes, id, reserved;
	uint32_t address, first_gsi;
} __attribute__((packed));

/* Memory32Fixed and one Extended Interrupt (6.4.3.4, 6.4.3.6), with the end tag */
struct acpi_mmio_resources {
	uint8_t memory_tag;
	uint16_t memory_bytes;
	uint8_t writable;
	uint32_t base, length;
	uint8_t interrupt_tag;
	uint16_t interrupt_bytes;
	uint8_t interrupt_flags, interrupts_n;
	uint32_t interrupt;
	uint8_t end_tag, end_checksum;
} __attribute__((packed));

enum {
	ACPI_LOCAL_APIC = 0,
	ACPI_IOAPIC = 1,
	ACPI_ENABLED = 1,
	ACPI_SPACE_IO = 1,
	ACPI_ACCESS_BYTE = 1,
	ACPI_BOOT_NO_VGA = 1 << 2,
	ACPI_BOOT_NO_MSI = 1 << 3,
	ACPI_BOOT_NO_ASPM = 1 << 4,
	ACPI_BOOT_NO_RTC = 1 << 5,
	ACPI_FLAG_WBINVD = 1 << 0,
	ACPI_FLAG_NO_POWER_BUTTON = 1 << 4, /* not as fixed hardware */
	ACPI_FLAG_NO_SLEEP_BUTTON = 1 << 5,
	ACPI_FLAG_RESET_REGISTER = 1 << 10,
	ACPI_FLAG_HARDWARE_REDUCED = 1 << 20,
};

struct acpi_writer {
	uint8_t *base;
	size_t used; /* every table begins at a multiple of 16 */
};

static struct acpi_header acpi_header(const char *signature, uint8_t revision)
{
	struct acpi_header header = {
		.revision = revision, .oem = "CLOCHE", .oem_table = "MICROVM ", .oem_revision = 1, .creator = "CLCH"};

	memcpy(header.signature, signature, sizeof header.signature);
	return header;
}

/* Where the next table will be. */
static gpa_t acpi_next(const struct acpi_writer *w)
{
	return LAYOUT_ACPI + w->used;
}

/* Closes the table of `bytes` bytes that stands at the end: its length, its checksum. Returns where it is. */
static gpa_t acpi_seal(struct acpi_writer *w, size_t bytes)
{
	const gpa_t at = acpi_next(w);
	struct acpi_header header;

	memcpy(&header, w->base + w->used, sizeof header);
	header.bytes = (uint32_t)bytes;
	header.checksum = 0;
	memcpy(w->base + w->used, &header, sizeof header);
	header.checksum = table_checksum(w->base + w->used, bytes);
	memcpy(w->base + w->used, &header, sizeof header);
	w->used += (bytes + 15) / 16 * 16;
	assert(w->used <= LAYOUT_ACPI_BYTES);
	return at;
}

/* LNRO0005 is what Linux' virtio_mmio driver binds to. */
static void acpi_write_mmio_device(struct aml *aml, unsigned int i)
{
	const struct acpi_mmio_resources resources = {
		.memory_tag = 0x86,
		.memory_bytes = 9,
		.writable = 1,
		.base = (uint32_t)(GUEST_MMIO_START + (gpa_t)i * GUEST_MMIO_BYTES),
		.length = GUEST_MMIO_BYTES,
		.interrupt_tag = 0x89,
		.interrupt_bytes = 6,
		.interrupt_flags = 3, /* consumer, edge, active high, exclusive */
		.interrupts_n = 1,
		.interrupt = GUEST_IRQ_FIRST + i,
		.end_tag = 0x79,
	};
	struct aml_open device, buffer;
	char name[5];

	(void)snprintf(name, sizeof name, "V%03u", i % 1000);
	device = aml_device(aml, name);
	aml_name_string(aml, "_HID", "LNRO0005");
	aml_name_number(aml, "_UID", i);
	aml_name_number(aml, "_CCA", 1);
	buffer = aml_named_buffer(aml, "_CRS", sizeof resources);
	aml_bytes(aml, &resources, sizeof resources);
	aml_end(aml, buffer);
	aml_end(aml, device);
}

static gpa_t acpi_write_dsdt(struct acpi_writer *w, unsigned int devices_n)
{
	const struct acpi_header header = acpi_header("DSDT", 2);
	struct aml aml = {.bytes = w->base + w->used, .room = LAYOUT_ACPI_BYTES - w->used};
	struct aml_open scope;

	aml_bytes(&aml, &header, sizeof header);
	aml_name_sleep_state(&aml, "_S5_", ACPI_SLEEP_TYPE_OFF);
	scope = aml_scope(&aml, "\\_SB_");
	for (unsigned int i = 0; i < devices_n; i++)
		acpi_write_mmio_device(&aml, i);
	aml_end(&aml, scope);
	return acpi_seal(w, aml.used);
}

static struct acpi_address acpi_port(uint16_t port)
{
	return (struct acpi_address){.space = ACPI_SPACE_IO, .bits = 8, .access = ACPI_ACCESS_BYTE, .address = port};
}

static gpa_t acpi_write_fadt(struct acpi_writer *w, gpa_t dsdt)
{
	const struct acpi_fadt fadt = {
		.header = acpi_header("FACP", 6),
		.dsdt = (uint32_t)dsdt,
		.x_dsdt = dsdt,
		.boot_flags = ACPI_BOOT_NO_VGA | ACPI_BOOT_NO_MSI | ACPI_BOOT_NO_ASPM | ACPI_BOOT_NO_RTC,
		.flags = ACPI_FLAG_WBINVD | ACPI_FLAG_NO_POWER_BUTTON | ACPI_FLAG_NO_SLEEP_BUTTON |
			 ACPI_FLAG_RESET_REGISTER | ACPI_FLAG_HARDWARE_REDUCED,
		.reset = acpi_port(LAYOUT_PORT_RESET),
		.reset_value = ACPI_RESET_VALUE,
		.minor = 4,
		.sleep_control = acpi_port(LAYOUT_PORT_SLEEP_CONTROL),
		.sleep_status = acpi_port(LAYOUT_PORT_SLEEP_STATUS),
	};

	memcpy(w->base + w->used, &fadt, sizeof fadt);
	return acpi_seal(w, sizeof fadt);
}

static gpa_t acpi_write_madt(struct acpi_writer *w, uint32_t vcpus)
{
	const struct acpi_madt madt = {.header = acpi_header("APIC", 5), .local_apic = LAYOUT_LOCAL_APIC};
	const struct acpi_ioapic ioapic = {.type = ACPI_IOAPIC, .bytes = sizeof ioapic, .address = LAYOUT_IOAPIC};
	uint8_t *at = w->base + w->used;

	memcpy(at, &madt, sizeof madt);
	memcpy(at + sizeof madt, &ioapic, sizeof ioapic);
	at += sizeof madt + sizeof ioapic;
	for (uint32_t i = 0; i < vcpus; i++, at += sizeof(struct acpi_local_apic)) {
		const struct acpi_local_apic entry = {
			ACPI_LOCAL_APIC, sizeof entry, (uint8_t)i, (uint8_t)i, ACPI_ENABLED};

		memcpy(at, &entry, sizeof entry);
	}
	return acpi_seal(w, (size_t)(at - (w->base + w->used)));
}

static gpa_t acpi_write_xsdt(struct acpi_writer *w, const uint64_t tables[2])
{
	const struct acpi_header header = acpi_header("XSDT", 1);

	memcpy(w->base + w->used, &header, sizeof header);
	memcpy(w->base + w->used + sizeof header, tables, 2 * sizeof *tables);
	return acpi_seal(w, sizeof header + 2 * sizeof *tables);
}

gpa_t acpi_write(const struct acpi_wish *wish, const struct guest_memory *memory)
{
	struct acpi_rsdp rsdp = {.signature = "RSD PTR ", .oem = "CLOCHE", .revision = 2, .bytes = sizeof rsdp};
	/* the RSDP first: at a multiple of 16, where a kernel without a pointer to it looks (5.2.5.1) */
	struct acpi_writer w = {.base = guest_slice(memory, LAYOUT_ACPI, LAYOUT_ACPI_BYTES), .used = 48};
	uint64_t tables[2];

	tables[0] = acpi_write_fadt(&w, acpi_write_dsdt(&w, wish->devices_n));
	tables[1] = acpi_write_madt(&w, wish->vcpus);
	rsdp.xsdt = acpi_write_xsdt(&w, tables);
	rsdp.checksum = table_checksum(&rsdp, 20); /* of what ACPI 1.0 has of it */
	rsdp.extended_checksum = table_checksum(&rsdp, sizeof rsdp);
	memcpy(w.base, &rsdp, sizeof rsdp);
	return LAYOUT_ACPI;
}
