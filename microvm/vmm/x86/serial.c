/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/serial.h"

#include <string.h>

/* PC16550D data sheet, 8: registers by their offset; DLL and DLM in the place of DATA and IER where LCR says so */
enum {
	SERIAL_DATA = 0,
	SERIAL_IER = 1,
	SERIAL_IIR = 2, /* read; FCR when written: the FIFO is always on */
	SERIAL_LCR = 3,
	SERIAL_MCR = 4,
	SERIAL_LSR = 5,
	SERIAL_MSR = 6,
	SERIAL_SCR = 7,
};

enum {
	IER_RECEIVE = 1 << 0,
	IER_TRANSMIT = 1 << 1,
	IER_ALL = 0xf,
	IIR_NONE = 1,
	IIR_TRANSMIT = 2,
	IIR_RECEIVE = 4,
	IIR_FIFO = 0xc0,
	LCR_DIVISOR = 1 << 7,
	MCR_ALL = 0x1f,
	MCR_LOOP = 1 << 4,
	LSR_DATA = 1 << 0,
	LSR_EMPTY = 1 << 5 | 1 << 6,          /* the transmitter: always */
	MSR_READY = 1 << 4 | 1 << 5 | 1 << 7, /* CTS DSR DCD */
};

static uint8_t serial_pending(const struct serial *s)
{
	if (s->interrupt_enable & IER_RECEIVE && s->input_n)
		return IIR_RECEIVE;
	return s->interrupt_enable & IER_TRANSMIT && s->transmit_interrupt ? IIR_TRANSMIT : IIR_NONE;
}

static void serial_interrupt(const struct serial *s)
{
	if (serial_pending(s) != IIR_NONE)
		irq_raise(&s->irq);
}

static uint8_t serial_read_data(struct serial *s)
{
	const uint8_t byte = s->input[0];

	if (!s->input_n)
		return 0;
	memmove(s->input, s->input + 1, --s->input_n);
	return byte;
}

static uint8_t serial_read_iir(struct serial *s)
{
	const uint8_t pending = serial_pending(s);

	if (pending == IIR_TRANSMIT)
		s->transmit_interrupt = false;
	return pending | IIR_FIFO;
}

static uint8_t serial_read_register(struct serial *s, uint64_t offset)
{
	const bool divisor = s->line_control & LCR_DIVISOR;

	switch (offset) {
	case SERIAL_DATA:
		return divisor ? (uint8_t)s->divisor : serial_read_data(s);
	case SERIAL_IER:
		return divisor ? (uint8_t)(s->divisor >> 8) : s->interrupt_enable;
	case SERIAL_IIR:
		return serial_read_iir(s);
	case SERIAL_LCR:
		return s->line_control;
	case SERIAL_MCR:
		return s->modem_control;
	case SERIAL_LSR:
		return (uint8_t)(LSR_EMPTY | (s->input_n ? LSR_DATA : 0));
	case SERIAL_MSR:
		return MSR_READY;
	default:
		return s->scratch;
	}
}

static void serial_write_data(struct serial *s, uint8_t byte)
{
	if (!(s->modem_control & MCR_LOOP))
		s->put(s->owner, byte);
	else if (s->input_n < SERIAL_INPUT_BYTES)
		s->input[s->input_n++] = byte;
	s->transmit_interrupt = true;
}

static void serial_write_ier(struct serial *s, uint8_t value)
{
	if (value & ~s->interrupt_enable & IER_TRANSMIT)
		s->transmit_interrupt = true;
	s->interrupt_enable = value & IER_ALL;
}

static void serial_write_register(struct serial *s, uint64_t offset, uint8_t value)
{
	const bool divisor = s->line_control & LCR_DIVISOR;

	if (offset == SERIAL_DATA && divisor)
		s->divisor = (uint16_t)((s->divisor & 0xff00) | value);
	else if (offset == SERIAL_DATA)
		serial_write_data(s, value);
	else if (offset == SERIAL_IER && divisor)
		s->divisor = (uint16_t)((s->divisor & 0xff) | value << 8);
	else if (offset == SERIAL_IER)
		serial_write_ier(s, value);
	else if (offset == SERIAL_LCR)
		s->line_control = value;
	else if (offset == SERIAL_MCR)
		s->modem_control = value & MCR_ALL;
	else if (offset == SERIAL_SCR)
		s->scratch = value;
}

static uint64_t serial_read(void *self, uint64_t offset, unsigned int size)
{
	struct serial *s = self;
	uint8_t value;

	(void)size; /* every register is a byte; what lies beyond it reads as 0 */
	(void)pthread_mutex_lock(&s->lock);
	value = serial_read_register(s, offset);
	(void)pthread_mutex_unlock(&s->lock);
	return value;
}

static void serial_write(void *self, uint64_t offset, unsigned int size, uint64_t value)
{
	struct serial *s = self;

	(void)size;
	(void)pthread_mutex_lock(&s->lock);
	serial_write_register(s, offset, (uint8_t)value);
	serial_interrupt(s);
	(void)pthread_mutex_unlock(&s->lock);
}

void serial_open(struct serial *serial, void (*put)(void *owner, uint8_t byte), void *owner, struct irq_line irq)
{
	*serial = (struct serial){.put = put, .owner = owner, .irq = irq};
	(void)pthread_mutex_init(&serial->lock, NULL); /* cannot fail on Linux */
}

void serial_close(struct serial *serial)
{
	(void)pthread_mutex_destroy(&serial->lock);
}

struct device serial_registers(struct serial *serial)
{
	return (struct device){.name = "serial", .self = serial, .read = serial_read, .write = serial_write};
}

size_t serial_receive(struct serial *serial, const uint8_t *bytes, size_t n)
{
	size_t taken;

	(void)pthread_mutex_lock(&serial->lock);
	taken = n < SERIAL_INPUT_BYTES - serial->input_n ? n : SERIAL_INPUT_BYTES - serial->input_n;
	memcpy(serial->input + serial->input_n, bytes, taken);
	serial->input_n += (unsigned int)taken;
	serial_interrupt(serial);
	(void)pthread_mutex_unlock(&serial->lock);
	return taken;
}
