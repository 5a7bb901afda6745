/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives cloche-vmm a machine and shows what becomes of it: the guest's console on standard output, how it ended and
 * when on standard error. Exits as cloche-vmm does.
 */
#include "base/own.h"
#include "runtime/proto/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] = "usage: boot [OPTION…] CLOCHE-VMM KERNEL\n"
			    "  -i FILE      initrd\n"
			    "  -a TEXT      the kernel's command line\n"
			    "  -c NUMBER    vCPUs (1)\n"
			    "  -m MIB       memory (128)\n"
			    "  -t MS        limit of the boot's time (none)\n"
			    "  -T FILE      where a trace goes\n"
			    "  -f NAME      serial, mask-xsave, no-acpi, hugepages, preallocate\n"
			    "  -d NAME      a device: console, rng, balloon\n"
			    "  -b FILE      a disk with two queues; -r FILE: that is only read\n"
			    "  -n NAME      a network device on the tap of that name, which is made\n";

static const struct {
	const char *name;
	uint32_t flag;
} flags[] = {
	{"serial", MACHINE_SERIAL},
	{"mask-xsave", MACHINE_MASK_XSAVE},
	{"no-acpi", MACHINE_NO_ACPI},
	{"hugepages", MACHINE_HUGEPAGES},
	{"preallocate", MACHINE_PREALLOCATE},
};

static const struct {
	const char *name;
	enum machine_device_kind kind;
} devices[] = {
	{"console", MACHINE_CONSOLE},
	{"rng", MACHINE_RNG},
	{"balloon", MACHINE_BALLOON},
};

enum { FD_KVM, FD_KERNEL, FD_LOG, FDS, FDS_MAX = 16 };

struct order {
	struct machine machine;
	int fds[FDS_MAX];
	uint32_t fds_n;
	uint32_t devices_n;
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

static int open_file(const char *path, int how)
{
	const int fd = open(path, how | O_CLOEXEC, 0600);

	if (fd < 0)
		die(path);
	return fd;
}

static uint8_t add_fd(struct order *order, int fd)
{
	if (order->fds_n == FDS_MAX)
		die("too many descriptors");
	order->fds[order->fds_n] = fd;
	return (uint8_t)order->fds_n++;
}

static void add_flag(struct order *order, const char *name)
{
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(flags[i].name, name) == 0)
			order->machine.flags |= flags[i].flag;
}

static void add_device(struct order *order, const char *name)
{
	struct machine_device *device = &order->machine.devices[order->devices_n++];

	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (strcmp(devices[i].name, name) == 0)
			device->kind = devices[i].kind;
	if (device->kind == MACHINE_CONSOLE)
		device->console = (struct machine_console){.log = FD_LOG, .in = MACHINE_NO_FD};
}

static void add_disk(struct order *order, const char *path, bool read_only)
{
	order->machine.devices[order->devices_n++] = (struct machine_device){.kind = MACHINE_BLOCK,
		.block = {.fd = add_fd(order, open_file(path, read_only ? O_RDONLY : O_RDWR)),
			.read_only = read_only,
			.queues = 2,
			.serial = "disk-of-a-test"}};
}

static void add_net(struct order *order, const char *name)
{
	struct machine_device *device = &order->machine.devices[order->devices_n++];
	struct ifreq wish = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	const int tap = open_file("/dev/net/tun", O_RDWR | O_NONBLOCK), header = 12; /* virtio 1.2, 5.1.6 */

	(void)snprintf(wish.ifr_name, sizeof wish.ifr_name, "%s", name);
	if (ioctl(tap, TUNSETIFF, &wish) < 0 || ioctl(tap, TUNSETVNETHDRSZ, &header) < 0)
		die(name);
	*device = (struct machine_device){.kind = MACHINE_NET, .net = {.mac = {2, 0, 0, 0, 0, 1}}};
	memset(device->net.tap, MACHINE_NO_FD, sizeof device->net.tap);
	device->net.tap[0] = add_fd(order, tap);
}

static void add_option(struct order *order, int option)
{
	struct machine *machine = &order->machine;

	switch (option) {
	case 'i':
		machine->initrd = add_fd(order, open_file(optarg, O_RDONLY));
		break;
	case 'a':
		snprintf(machine->command_line, sizeof machine->command_line, "%s", optarg);
		break;
	case 'c':
		machine->vcpus = (uint32_t)strtoul(optarg, NULL, 0);
		break;
	case 'm':
		machine->memory_bytes = strtoull(optarg, NULL, 0) << 20;
		break;
	case 't':
		machine->boot_timeout_ms = (uint32_t)strtoul(optarg, NULL, 0);
		break;
	case 'T':
		machine->trace = add_fd(order, open_file(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND));
		break;
	case 'f':
		add_flag(order, optarg);
		break;
	case 'd':
		add_device(order, optarg);
		break;
	case 'b':
	case 'r':
		add_disk(order, optarg, option == 'r');
		break;
	case 'n':
		add_net(order, optarg);
		break;
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

/* Its own end of the pair is descriptor 3, as cloche-vmm expects it. */
static pid_t start(const char *program, int socket)
{
	const pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	if (socket != MACHINE_SOCKET_FD && dup3(socket, MACHINE_SOCKET_FD, 0) < 0)
		die("dup3");
	if (dup2(open_file("/dev/null", O_RDWR), STDIN_FILENO) < 0) /* a terminal would become the guest's */
		die("dup2");
	execl(program, program, (char *)NULL);
	die(program);
}

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void show_event(const struct machine_event *event, double ms)
{
	static const char *const kinds[] = {"booting", "failed", "ended"};
	static const char *const ends[] = {"orderly", "panic", "triple-fault", "boot-timeout", "device", "kvm"};

	fprintf(stderr, "%s%s%s after %.1f ms %s\n", kinds[event->kind], event->kind == MACHINE_ENDED ? " " : "",
		event->kind == MACHINE_ENDED ? ends[event->end] : "", ms, event->err.text);
}

static void show_events(int socket)
{
	const double start_ms = now_ms();
	struct machine_event event;

	while (recv(socket, &event, sizeof event, 0) == sizeof event && event.kind <= MACHINE_ENDED)
		show_event(&event, now_ms() - start_ms);
}

static int await(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("wait for cloche-vmm");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	static struct order order = {.machine = {.version = MACHINE_VERSION,
					     .vcpus = 1,
					     .flags = MACHINE_EXIT_IS_RESET,
					     .memory_bytes = 128 << 20,
					     .kvm = FD_KVM,
					     .kernel = FD_KERNEL,
					     .initrd = MACHINE_NO_FD,
					     .control = MACHINE_NO_FD,
					     .trace = MACHINE_NO_FD,
					     .command_line = "console=ttyS0 panic=-1 reboot=t"},
		.fds_n = FDS};
	struct err e = ERR_NONE;
	int pair[2], option;
	pid_t pid;

	while ((option = getopt(argc, argv, "i:a:c:m:t:T:f:d:b:r:n:")) >= 0)
		add_option(&order, option);
	if (argc - optind != 2)
		add_option(&order, '?');
	order.fds[FD_KVM] = open_file("/dev/kvm", O_RDWR);
	order.fds[FD_KERNEL] = open_file(argv[optind + 1], O_RDONLY);
	order.fds[FD_LOG] = STDOUT_FILENO;
	if (!order.devices_n)
		add_device(&order, "console");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair");
	pid = start(argv[optind], pair[1]);
	close(pair[1]);
	if (machine_send(pair[0], &order.machine, order.fds, order.fds_n, &e) < 0)
		fprintf(stderr, "%s\n", e.text);
	show_events(pair[0]);
	return await(pid);
}
