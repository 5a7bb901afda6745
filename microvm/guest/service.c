/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "microvm/guest/state.h"
#include "runtime/isolation/cgroup_process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void guest_service_init(struct guest_service *service)
{
	service->start = service->pidfd = -1;
	streams_init(&service->streams);
}

void guest_service_free(struct guest_service *service)
{
	streams_free(&service->streams);
	own_release_fd(&service->start);
	own_release_fd(&service->pidfd);
	plan_free(&service->plan);
	cgroup_free(&service->cgroup);
	cgroup_host_free(&service->host);
	spec_free(&service->spec);
	*service = (struct guest_service){0};
	guest_service_init(service);
}

void guest_service_kill(struct guest_service *service)
{
	struct err ignored; /* what is gone needs no killing */

	if (service->phase >= GUEST_CREATED && service->cgroup.n)
		(void)cgroup_signal(&service->cgroup, SIGKILL, &ignored);
	if (service->pidfd >= 0 && service->phase < GUEST_ENDED)
		(void)process_signal(service->pidfd, SIGKILL, &ignored);
}

/* As the end of a pid namespace does; the service may have none of its own. */
void guest_service_ended(struct agent *agent, int status)
{
	struct guest_service *service = &agent->service;

	service->phase = GUEST_ENDED;
	service->status = status;
	guest_service_kill(service);
	streams_finish(&service->streams);
}

struct agent_status agent_status_of(int status)
{
	if (WIFSIGNALED(status))
		return (struct agent_status){.signaled = 1, .value = (uint32_t)WTERMSIG(status)};
	return (struct agent_status){.value = (uint32_t)WEXITSTATUS(status)};
}
