/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule, by the least spec that breaks it. Apostrophes in the rows stand for quotes. */
#include "config/check.h"
#include "config/check_rules.h"
#include "config/defaults.h"
#include "config/parse.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define SPEC(members)                                                                                                  \
	"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': ['a']}" members "}"
#define PROCESS(members)                                                                                               \
	"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': ['a'], " members "}}"
#define LINUX(members)     SPEC(", 'linux': {" members "}")
#define RESOURCES(members) LINUX("'resources': {" members "}")
#define SECCOMP(members)   LINUX("'seccomp': {'defaultAction': 'SCMP_ACT_ERRNO'" members "}")
#define RULE(members)      SECCOMP(", 'syscalls': [{" members "}]")
#define NS(types, members) LINUX("'namespaces': [" types "], " members)
#define NEW(type)          "{'type': '" type "'}"
#define JOIN(type)         "{'type': '" type "', 'path': '/x'}"

struct row {
	const char *spec;
	const char *code;
	const char *pointer;
};

static const struct row errors[] = {
	/* config.md */
	{"{'ociVersion': '1.2.0', 'process': {'cwd': '/', 'args': ['a']}}", "spec-missing", "/root"},
	{"{'ociVersion': '1.2.0', 'root': {}, 'process': {'cwd': '/', 'args': ['a']}}", "spec-missing", "/root/path"},
	{"{'ociVersion': '1.2.0', 'root': {'path': ''}, 'process': {'cwd': '/', 'args': ['a']}}", "spec-value",
		"/root/path"},
	{"{'ociVersion': '1.2.0', 'root': {'path': 'r'}}", "spec-missing", "/process"},
	{"{'ociVersion': '2.0.0', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': ['a']}}", "spec-version",
		"/ociVersion"},
	{"{'ociVersion': '1.2', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': ['a']}}", "spec-value",
		"/ociVersion"},
	{"{'ociVersion': '1.2.0x', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': ['a']}}", "spec-value",
		"/ociVersion"},
	{SPEC(", 'hostname': 'web'"), "spec-conflict", "/hostname"},
	{SPEC(", 'domainname': 'web'"), "spec-conflict", "/domainname"},
	{SPEC(", 'hostname': 'a1234567890123456789012345678901234567890123456789012345678901234', 'linux': "
	      "{'namespaces': [" NEW("uts") "]}"),
		"spec-range", "/hostname"},
	{SPEC(", 'annotations': {'': 'x'}"), "spec-value", "/annotations/"},
	{SPEC(", 'hooks': {'poststop': [{'path': '/a'}, {'path': 'b'}]}"), "spec-value", "/hooks/poststop/1/path"},
	/* process */
	{"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'cwd': '/'}}", "spec-missing", "/process/args"},
	{"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': []}}", "spec-missing",
		"/process/args"},
	{"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'cwd': '/', 'args': ['']}}", "spec-value",
		"/process/args/0"},
	{"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'args': ['a']}}", "spec-missing", "/process/cwd"},
	{"{'ociVersion': '1.2.0', 'root': {'path': 'r'}, 'process': {'cwd': 'x', 'args': ['a']}}", "spec-value",
		"/process/cwd"},
	{PROCESS("'commandLine': 'a b'"), "spec-foreign", "/process/commandLine"},
	{PROCESS("'user': {'username': 'x'}"), "spec-foreign", "/process/user/username"},
	{PROCESS("'terminal': true, 'consoleSize': {'height': 70000, 'width': 1}"), "spec-range",
		"/process/consoleSize"},
	{PROCESS("'rlimits': [{'type': 'RLIMIT_CORE', 'soft': 2, 'hard': 1}]"), "spec-conflict",
		"/process/rlimits/0/soft"},
	{PROCESS("'rlimits': [{'type': 'RLIMIT_CORE', 'soft': 1, 'hard': 1}, {'type': 'RLIMIT_CORE', 'soft': 1, "
		 "'hard': 1}]"),
		"spec-duplicate", "/process/rlimits/1/type"},
	{PROCESS("'oomScoreAdj': 1001"), "spec-range", "/process/oomScoreAdj"},
	{PROCESS("'oomScoreAdj': -1001"), "spec-range", "/process/oomScoreAdj"},
	{PROCESS("'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': 8}"), "spec-range",
		"/process/ioPriority/priority"},
	{PROCESS("'execCPUAffinity': {'initial': '0-'}"), "spec-value", "/process/execCPUAffinity/initial"},
	{PROCESS("'execCPUAffinity': {'final': '3-1'}"), "spec-value", "/process/execCPUAffinity/final"},
	{PROCESS("'scheduler': {'policy': 'SCHED_ISO'}"), "spec-value", "/process/scheduler/policy"},
	{PROCESS("'scheduler': {'policy': 'SCHED_OTHER', 'nice': 20}"), "spec-range", "/process/scheduler/nice"},
	{PROCESS("'scheduler': {'policy': 'SCHED_OTHER', 'priority': 1}"), "spec-conflict",
		"/process/scheduler/priority"},
	{PROCESS("'scheduler': {'policy': 'SCHED_FIFO'}"), "spec-range", "/process/scheduler/priority"},
	{PROCESS("'scheduler': {'policy': 'SCHED_RR', 'priority': 100}"), "spec-range", "/process/scheduler/priority"},
	{PROCESS("'scheduler': {'policy': 'SCHED_IDLE', 'runtime': 5000}"), "spec-conflict",
		"/process/scheduler/runtime"},
	{PROCESS("'scheduler': {'policy': 'SCHED_DEADLINE', 'runtime': 1023, 'deadline': 5000}"), "spec-range",
		"/process/scheduler/runtime"},
	{PROCESS("'scheduler': {'policy': 'SCHED_DEADLINE', 'runtime': 5000, 'deadline': 4000}"), "spec-conflict",
		"/process/scheduler/deadline"},
	{PROCESS("'scheduler': {'policy': 'SCHED_DEADLINE', 'runtime': 5000, 'deadline': 6000, 'period': 5500}"),
		"spec-conflict", "/process/scheduler/period"},
	/* mounts */
	{SPEC(", 'mounts': [{'destination': ''}]"), "spec-value", "/mounts/0/destination"},
	{SPEC(", 'mounts': [{'destination': '/x', 'type': 'bind'}]"), "spec-missing", "/mounts/0/source"},
	{SPEC(", 'mounts': [{'destination': '/x', 'options': ['ro', 'rbind']}]"), "spec-missing", "/mounts/0/source"},
	{SPEC(", 'mounts': [{'destination': '/x', 'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]}]"),
		"spec-missing", "/mounts/0/gidMappings"},
	{SPEC(", 'mounts': [{'destination': '/x', 'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]}]"),
		"spec-missing", "/mounts/0/uidMappings"},
	{SPEC(", 'mounts': [{'destination': '/x', 'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 0}], "
	      "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]}]"),
		"spec-range", "/mounts/0/uidMappings/0/size"},
	/* namespaces, and what needs them */
	{LINUX("'namespaces': [" NEW("pid") ", " NEW("pid") "]"), "spec-duplicate", "/linux/namespaces/1/type"},
	{LINUX("'namespaces': [{'type': 'pid', 'path': 'x'}]"), "spec-value", "/linux/namespaces/0/path"},
	{LINUX("'namespaces': [{'type': 'pid', 'path': ''}]"), "spec-value", "/linux/namespaces/0/path"},
	{LINUX("'timeOffsets': {}"), "spec-conflict", "/linux/timeOffsets"},
	{NS(JOIN("time"), "'timeOffsets': {}"), "spec-conflict", "/linux/timeOffsets"},
	{NS(NEW("time"), "'timeOffsets': {'boottime': {'nanosecs': 1000000000}}"), "spec-range",
		"/linux/timeOffsets/boottime/nanosecs"},
	{NS(NEW("time"), "'timeOffsets': {'monotonic': {'nanosecs': 1000000000}}"), "spec-range",
		"/linux/timeOffsets/monotonic/nanosecs"},
	{LINUX("'netDevices': {'eth0': {}}"), "spec-conflict", "/linux/netDevices"},
	{NS(NEW("network"), "'netDevices': {'a/b': {}}"), "spec-value", "/linux/netDevices/a~1b"},
	{NS(NEW("network"), "'netDevices': {'eth0': {'name': 'longer-than-fifteen'}}"), "spec-value",
		"/linux/netDevices/eth0/name"},
	{NS(NEW("network"), "'netDevices': {'eth0': {'name': '..'}}"), "spec-value", "/linux/netDevices/eth0/name"},
	{LINUX("'maskedPaths': ['/x']"), "spec-conflict", "/linux/maskedPaths"},
	{LINUX("'readonlyPaths': ['/x']"), "spec-conflict", "/linux/readonlyPaths"},
	{NS(NEW("mount"), "'maskedPaths': ['/x', 'y']"), "spec-value", "/linux/maskedPaths/1"},
	{NS(NEW("mount"), "'readonlyPaths': ['y']"), "spec-value", "/linux/readonlyPaths/0"},
	{LINUX("'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]"), "spec-conflict", "/linux/uidMappings"},
	{LINUX("'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]"), "spec-conflict", "/linux/gidMappings"},
	{NS(NEW("user"), "'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]"), "spec-missing",
		"/linux/gidMappings"},
	{NS(NEW("user"), "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]"), "spec-missing",
		"/linux/uidMappings"},
	{NS(NEW("user"), "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}], 'uidMappings': [{'containerID': "
			 "0, 'hostID': 10, 'size': 5}, {'containerID': 4, 'hostID': 100, 'size': 5}]"),
		"spec-conflict", "/linux/uidMappings/1"},
	{NS(NEW("user"), "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}], 'uidMappings': [{'containerID': "
			 "0, 'hostID': 10, 'size': 5}, {'containerID': 5, 'hostID': 8, 'size': 3}]"),
		"spec-conflict", "/linux/uidMappings/1"},
	{NS(NEW("user"), "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}], 'uidMappings': [{'containerID': "
			 "0, 'hostID': 4294967295, 'size': 1}]"),
		"spec-range", "/linux/uidMappings/0"},
	{LINUX("'sysctl': {'net.core.somaxconn': '1'}"), "spec-conflict", "/linux/sysctl/net.core.somaxconn"},
	{LINUX("'sysctl': {'net/ipv4/conf/eno2.100/rp_filter': '1'}"), "spec-conflict",
		"/linux/sysctl/net~1ipv4~1conf~1eno2.100~1rp_filter"},
	{LINUX("'sysctl': {'kernel.shmmax': '1'}"), "spec-conflict", "/linux/sysctl/kernel.shmmax"},
	{LINUX("'sysctl': {'fs.mqueue.msg_max': '1'}"), "spec-conflict", "/linux/sysctl/fs.mqueue.msg_max"},
	{LINUX("'sysctl': {'kernel.domainname': 'x'}"), "spec-conflict", "/linux/sysctl/kernel.domainname"},
	{NS(NEW("uts"), "'sysctl': {'kernel.hostname': 'x'}"), "spec-conflict", "/linux/sysctl/kernel.hostname"},
	{NS(NEW("ipc"), "'sysctl': {'vm.swappiness': '1'}"), "spec-conflict", "/linux/sysctl/vm.swappiness"},
	{NS(NEW("ipc"), "'sysctl': {'kernel.semi': '1'}"), "spec-conflict", "/linux/sysctl/kernel.semi"},
	{NS(NEW("ipc"), "'sysctl': {'user.max_pid_namespaces': '1'}"), "spec-conflict",
		"/linux/sysctl/user.max_pid_namespaces"},
	{NS(NEW("network"), "'sysctl': {'net/../vm/swappiness': '1'}"), "spec-conflict",
		"/linux/sysctl/net~1..~1vm~1swappiness"},
	/* the rest of linux */
	{LINUX("'cgroupsPath': '/a/../b'"), "spec-value", "/linux/cgroupsPath"},
	{LINUX("'devices': [{'type': 'c', 'path': '/dev/x', 'minor': 1}]"), "spec-missing", "/linux/devices/0/major"},
	{LINUX("'devices': [{'type': 'b', 'path': '/dev/x', 'major': 1}]"), "spec-missing", "/linux/devices/0/minor"},
	{LINUX("'devices': [{'type': 'u', 'path': '/dev/x', 'major': -1, 'minor': 1}]"), "spec-range",
		"/linux/devices/0/major"},
	{LINUX("'devices': [{'type': 'c', 'path': '/dev/x', 'major': 1, 'minor': 4294967296}]"), "spec-range",
		"/linux/devices/0/minor"},
	{LINUX("'devices': [{'type': 'p', 'path': 'dev/x'}]"), "spec-value", "/linux/devices/0/path"},
	{LINUX("'devices': [{'type': 'c', 'path': '/dev/x', 'major': 1, 'minor': 3, 'fileMode': 25008}]"),
		"spec-conflict", "/linux/devices/0/fileMode"},
	{LINUX("'intelRdt': {'closID': '..'}"), "spec-value", "/linux/intelRdt/closID"},
	{LINUX("'intelRdt': {'closID': 'a/b'}"), "spec-value", "/linux/intelRdt/closID"},
	{LINUX("'intelRdt': {'l3CacheSchema': 'L3:0=f\\nMB:0=1'}"), "spec-value", "/linux/intelRdt/l3CacheSchema"},
	{LINUX("'intelRdt': {'schemata': ['L3:0=f', 'L3:0=f\\n']}"), "spec-value", "/linux/intelRdt/schemata/1"},
	{LINUX("'intelRdt': {'memBwSchema': 'L3:0=f'}"), "spec-value", "/linux/intelRdt/memBwSchema"},
	{LINUX("'memoryPolicy': {'nodes': ''}"), "spec-missing", "/linux/memoryPolicy/mode"},
	{LINUX("'memoryPolicy': {'mode': 'MPOL_BIND'}"), "spec-missing", "/linux/memoryPolicy/nodes"},
	{LINUX("'memoryPolicy': {'mode': 'MPOL_LOCAL', 'nodes': '0'}"), "spec-conflict", "/linux/memoryPolicy/nodes"},
	{LINUX("'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '0-x'}"), "spec-value", "/linux/memoryPolicy/nodes"},
	{LINUX("'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '0', 'flags': ['MPOL_F_STATIC_NODES', "
	       "'MPOL_F_RELATIVE_NODES']}"),
		"spec-conflict", "/linux/memoryPolicy/flags"},
	{LINUX("'memoryPolicy': {'mode': 'MPOL_INTERLEAVE', 'nodes': '0', 'flags': ['MPOL_F_NUMA_BALANCING']}"),
		"spec-conflict", "/linux/memoryPolicy/flags"},
	{LINUX("'memoryPolicy': {'mode': 'MPOL_DEFAULT', 'flags': ['MPOL_F_STATIC_NODES']}"), "spec-conflict",
		"/linux/memoryPolicy/flags"},
	{LINUX("'personality': {}"), "spec-missing", "/linux/personality/domain"},
	/* resources */
	{RESOURCES("'memory': {'limit': 10, 'swap': 9}"), "spec-conflict", "/linux/resources/memory/swap"},
	{RESOURCES("'memory': {'limit': -2}"), "spec-range", "/linux/resources/memory/limit"},
	{RESOURCES("'memory': {'kernelTCP': -2}"), "spec-range", "/linux/resources/memory/kernelTCP"},
	{RESOURCES("'memory': {'swappiness': 101}"), "spec-range", "/linux/resources/memory/swappiness"},
	{RESOURCES("'cpu': {'quota': 999}"), "spec-range", "/linux/resources/cpu/quota"},
	{RESOURCES("'cpu': {'period': 1000001}"), "spec-range", "/linux/resources/cpu/period"},
	{RESOURCES("'cpu': {'period': 999}"), "spec-range", "/linux/resources/cpu/period"},
	{RESOURCES("'cpu': {'quota': 5000, 'burst': 5001}"), "spec-conflict", "/linux/resources/cpu/burst"},
	{RESOURCES("'cpu': {'realtimeRuntime': 2, 'realtimePeriod': 1}"), "spec-conflict",
		"/linux/resources/cpu/realtimeRuntime"},
	{RESOURCES("'cpu': {'cpus': 'all'}"), "spec-value", "/linux/resources/cpu/cpus"},
	{RESOURCES("'cpu': {'mems': '0,1x'}"), "spec-value", "/linux/resources/cpu/mems"},
	{RESOURCES("'cpu': {'idle': 2}"), "spec-range", "/linux/resources/cpu/idle"},
	{RESOURCES("'blockIO': {'weight': 9}"), "spec-range", "/linux/resources/blockIO/weight"},
	{RESOURCES("'blockIO': {'leafWeight': 1001}"), "spec-range", "/linux/resources/blockIO/leafWeight"},
	{RESOURCES("'blockIO': {'weightDevice': [{'major': 8, 'minor': 0}]}"), "spec-missing",
		"/linux/resources/blockIO/weightDevice/0"},
	{RESOURCES("'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'weight': 1}]}"), "spec-range",
		"/linux/resources/blockIO/weightDevice/0/weight"},
	{RESOURCES("'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'leafWeight': 1}]}"), "spec-range",
		"/linux/resources/blockIO/weightDevice/0/leafWeight"},
	{RESOURCES("'blockIO': {'throttleWriteIOPSDevice': [{'major': 8, 'minor': 0}]}"), "spec-missing",
		"/linux/resources/blockIO/throttleWriteIOPSDevice/0/rate"},
	{RESOURCES("'hugepageLimits': [{'pageSize': '64kB', 'limit': 1}]"), "spec-value",
		"/linux/resources/hugepageLimits/0/pageSize"},
	{RESOURCES("'hugepageLimits': [{'pageSize': '0MB', 'limit': 1}]"), "spec-value",
		"/linux/resources/hugepageLimits/0/pageSize"},
	{RESOURCES("'hugepageLimits': [{'pageSize': '2M', 'limit': 1}]"), "spec-value",
		"/linux/resources/hugepageLimits/0/pageSize"},
	{RESOURCES("'devices': [{'allow': true, 'major': -2}]"), "spec-range", "/linux/resources/devices/0/major"},
	{RESOURCES("'devices': [{'allow': true, 'minor': 4294967296}]"), "spec-range",
		"/linux/resources/devices/0/minor"},
	{RESOURCES("'rdma': {'mlx': {'hcaHandles': 1}, 'a/b': {}}"), "spec-missing", "/linux/resources/rdma/a~1b"},
	{RESOURCES("'unified': {'../memory.high': '1'}"), "spec-value", "/linux/resources/unified/..~1memory.high"},
	{RESOURCES("'unified': {'memory': '1'}"), "spec-value", "/linux/resources/unified/memory"},
	/* seccomp */
	{RULE("'names': [], 'action': 'SCMP_ACT_ALLOW'"), "spec-missing", "/linux/seccomp/syscalls/0/names"},
	{RULE("'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 6, 'value': 1, 'op': 'SCMP_CMP_EQ'}]"),
		"spec-range", "/linux/seccomp/syscalls/0/args/0/index"},
	{RULE("'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'errnoRet': 1"), "spec-conflict",
		"/linux/seccomp/syscalls/0/errnoRet"},
	{RULE("'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 4096"), "spec-range",
		"/linux/seccomp/syscalls/0/errnoRet"},
	{SECCOMP(", 'defaultErrnoRet': 4096"), "spec-range", "/linux/seccomp/defaultErrnoRet"},
	{RULE("'names': ['read'], 'action': 'SCMP_ACT_NOTIFY'"), "spec-missing", "/linux/seccomp/listenerPath"},
	{SECCOMP(", 'listenerMetadata': 'x'"), "spec-conflict", "/linux/seccomp/listenerMetadata"},
	{LINUX("'seccomp': {'defaultAction': 'SCMP_ACT_NOTIFY', 'listenerPath': '/s'}"), "spec-conflict",
		"/linux/seccomp/defaultAction"},
	{SECCOMP(", 'listenerPath': '/s', 'syscalls': [{'names': ['write'], 'action': 'SCMP_ACT_NOTIFY'}]"),
		"spec-conflict", "/linux/seccomp/syscalls/0/action"},
	/* vm */
	{SPEC(", 'vm': {'kernel': {'path': 'vmlinux'}}"), "spec-value", "/vm/kernel/path"},
	{SPEC(", 'vm': {'kernel': {'path': '/vmlinux', 'initrd': 'x'}}"), "spec-value", "/vm/kernel/initrd"},
	{SPEC(", 'vm': {'hypervisor': {'path': 'x'}}"), "spec-value", "/vm/hypervisor/path"},
	{SPEC(", 'vm': {'image': {'path': 'x', 'format': 'raw'}}"), "spec-value", "/vm/image/path"},
	{SPEC(", 'vm': {'hwConfig': {'deviceTree': 'x'}}"), "spec-value", "/vm/hwConfig/deviceTree"},
	{SPEC(", 'vm': {'hwConfig': {'vcpus': 0}}"), "spec-range", "/vm/hwConfig/vcpus"},
	{SPEC(", 'vm': {'hwConfig': {'memory': 0}}"), "spec-range", "/vm/hwConfig/memory"},
};

static const struct row warnings[] = {
	{PROCESS("'env': ['A=1', 'B']"), "spec-value", "/process/env/1"},
	{PROCESS("'env': ['=1']"), "spec-value", "/process/env/0"},
	{PROCESS("'consoleSize': {'height': 1, 'width': 1}"), "spec-conflict", "/process/consoleSize"},
	{PROCESS("'user': {'umask': 512}"), "spec-range", "/process/user/umask"},
	{PROCESS("'scheduler': {'policy': 'SCHED_IDLE', 'nice': 1}"), "spec-conflict", "/process/scheduler/nice"},
	{PROCESS("'capabilities': {'effective': ['CAP_CHOWN']}"), "spec-conflict", "/process/capabilities/effective"},
	{PROCESS("'capabilities': {'inheritable': ['CAP_CHOWN']}"), "spec-conflict",
		"/process/capabilities/inheritable"},
	{PROCESS("'capabilities': {'permitted': ['CAP_CHOWN'], 'ambient': ['CAP_CHOWN']}"), "spec-conflict",
		"/process/capabilities/ambient"},
	{SPEC(", 'mounts': [{'destination': 'x'}]"), "spec-value", "/mounts/0/destination"},
	{NS(JOIN("user"), "'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]"), "spec-conflict",
		"/linux/uidMappings"},
	{LINUX("'personality': {'domain': 'LINUX', 'flags': ['x']}"), "spec-value", "/linux/personality/flags"},
	{RESOURCES("'memory': {'limit': 10, 'reservation': 11}"), "spec-conflict",
		"/linux/resources/memory/reservation"},
	{RULE("'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 1, 'value': 1, 'valueTwo': 1, 'op': "
	      "'SCMP_CMP_EQ'}]"),
		"spec-conflict", "/linux/seccomp/syscalls/0/args/0/valueTwo"},
	{SECCOMP(", 'listenerPath': '/s'"), "spec-conflict", "/linux/seccomp/listenerPath"},
	{SECCOMP(", 'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']"), "spec-conflict", "/linux/seccomp/flags"},
};

/* At the edge of a rule, but right. */
static const char *const good[] = {
	SPEC(""),
	SPEC(", 'hostname': '', 'vm': {}"),
	"{'ociVersion': '1.0.2-dev', 'process': {'cwd': '/', 'args': ['a']}, 'vm': {'image': {'path': '/i', 'format': "
	"'raw'}}}",
	SPEC(", 'hostname': 'a123456789012345678901234567890123456789012345678901234567890123', 'linux': "
	     "{'namespaces': [" JOIN("uts") "]}"),
	PROCESS("'execCPUAffinity': {'initial': ' 0-3, 7', 'final': ''}, 'oomScoreAdj': -1000, 'rlimits': [{'type': "
		"'RLIMIT_CORE', 'soft': 1, 'hard': 1}, {'type': 'RLIMIT_CPU', 'soft': 0, 'hard': 1}]"),
	PROCESS("'scheduler': {'policy': 'SCHED_DEADLINE', 'runtime': 1024, 'deadline': 1024, 'period': 1024}"),
	PROCESS("'scheduler': {'policy': 'SCHED_BATCH', 'nice': -20}, 'ioPriority': {'class': 'IOPRIO_CLASS_RT', "
		"'priority': 7}"),
	PROCESS("'capabilities': {'bounding': ['CAP_KILL'], 'permitted': ['CAP_KILL'], 'effective': ['CAP_KILL'], "
		"'inheritable': ['CAP_KILL'], 'ambient': ['CAP_KILL']}"),
	NS(NEW("user"),
		"'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}], 'uidMappings': [{'containerID': 0, "
		"'hostID': 10, 'size': 5}, {'containerID': 5, 'hostID': 4294967294, 'size': 1}]"),
	NS(NEW("network") ", " NEW("ipc") ", " NEW("uts"),
		"'sysctl': {'net.core.somaxconn': '1', 'kernel.sem': '1', 'fs/mqueue/msg_max': '1', "
		"'kernel.domainname': 'x', 'kernel.auto_msgmni': '1'}, 'netDevices': {'eth0': {}, 'a23456789012345': "
		"{'name': 'in'}}"),
	NS(NEW("time"), "'timeOffsets': {'boottime': {'secs': -1, 'nanosecs': 999999999}}"),
	LINUX("'devices': [{'type': 'p', 'path': '/dev/x'}], 'cgroupsPath': '/a/..b/c'"),
	LINUX("'memoryPolicy': {'mode': 'MPOL_PREFERRED'}, 'intelRdt': {'closID': 'x', 'memBwSchema': 'MB:0=1'}"),
	RESOURCES("'memory': {'limit': -1, 'swap': -1, 'reservation': 0, 'swappiness': 100}, 'cpu': {'quota': 0, "
		  "'period': 0, 'burst': 9, 'cpus': '0-1', 'mems': '', 'idle': 1}"),
	RESOURCES("'memory': {'limit': 10, 'swap': 0}, 'blockIO': {'weight': 0, 'leafWeight': 1000}, "
		  "'hugepageLimits': [{'pageSize': '1GB', 'limit': 1}], 'unified': {'memory.high': '1'}"),
	SECCOMP(", 'listenerPath': '/s', 'listenerMetadata': 'x', 'flags': "
		"['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'], 'syscalls': [{'names': ['mknod'], 'action': "
		"'SCMP_ACT_NOTIFY'}, {'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 4095, 'args': "
		"[{'index': 5, 'value': 1, 'valueTwo': 1, 'op': 'SCMP_CMP_MASKED_EQ'}]}]"),
};

/* Parses a row, whose apostrophes become quotes, and checks it. */
static void check_row(const char *row, struct spec *spec, struct report *report)
{
	char text[2048];
	struct err e = ERR_NONE;
	size_t n = strlen(row);

	assert_true(n < sizeof text);
	for (size_t i = 0; i <= n; i++)
		text[i] = row[i] == '\'' ? '"' : row[i];
	if (spec_parse(text, n, "s", spec, report, &e) < 0)
		fail_msg("%s: %s", row, e.text);
	spec_check(spec, report);
}

static void expect_finding(const struct row *row, enum report_level level)
{
	own_spec spec = {0};
	own_report report = {0};
	own_text all = {0};

	check_row(row->spec, &spec, &report);
	report_text(&report, &all);
	if (!report.first || report.first->next || report.first->level != level ||
		strcmp(report.first->code, row->code) != 0 || strcmp(report.first->pointer, row->pointer) != 0)
		fail_msg("%s\nwant %s %s, have:\n%s", row->spec, row->pointer, row->code, text_string(&all));
	assert_true(report.first->place.line == 1 && report.first->place.column > 0);
}

static void a_spec_that_breaks_a_rule_is_refused_with_code_and_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		expect_finding(&errors[i], REPORT_ERROR);
}

static void what_has_no_effect_is_a_warning(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
		expect_finding(&warnings[i], REPORT_WARNING);
}

static void a_spec_at_the_edge_of_the_rules_is_fine(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		own_spec spec = {0};
		own_report report = {0};
		own_text all = {0};

		check_row(good[i], &spec, &report);
		report_text(&report, &all);
		assert_string_equal(text_string(&all), "");
	}
}

static void the_defaults_keep_every_rule(void **state)
{
	static const struct expand_options options[] = {{0}, {.rootless = true, .uid = 1000, .gid = 1000}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		own_spec spec = {0};
		own_report report = {0};
		own_text all = {0};
		struct err e = ERR_NONE;

		assert_int_equal(spec_default_for(&options[i], &spec, &e), 0);
		spec_check(&spec, &report);
		report_text(&report, &all);
		assert_string_equal(text_string(&all), "");
	}
}

static void an_empty_spec_says_all_that_it_lacks(void **state)
{
	own_spec spec = {0};
	own_report report = {0};
	own_text all = {0};

	(void)state;
	check_row("{}", &spec, &report);
	report_text(&report, &all);
	assert_string_equal(text_string(&all), "s:1:1: /ociVersion: required [spec-missing]\n"
					       "s:1:1: /root: required [spec-missing]\n"
					       "s:1:1: /process: required to start [spec-missing]\n");
}

static void a_map_of_too_many_ranges_is_refused_at_once(void **state)
{
	own_spec spec = {0};
	own_report report = {0};
	own_text text = {0};
	struct err e = ERR_NONE;

	(void)state;
	text_add(&text, "{\"linux\": {\"uidMappings\": [");
	for (int i = 0; i < 341; i++)
		text_format(&text, "%s{\"containerID\": %d, \"hostID\": %d, \"size\": 1}", i ? ", " : "", i, i);
	text_add(&text, "]}}");
	assert_int_equal(spec_parse(text_string(&text), text.length, NULL, &spec, &report, &e), 0);
	check_id_map(&spec.linux->uid_mappings, "/linux/uidMappings", &report);
	assert_int_equal(report.errors_n, 1);
	assert_string_equal(report.first->code, "spec-range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spec_that_breaks_a_rule_is_refused_with_code_and_pointer),
		cmocka_unit_test(what_has_no_effect_is_a_warning),
		cmocka_unit_test(a_spec_at_the_edge_of_the_rules_is_fine),
		cmocka_unit_test(the_defaults_keep_every_rule),
		cmocka_unit_test(an_empty_spec_says_all_that_it_lacks),
		cmocka_unit_test(a_map_of_too_many_ranges_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
