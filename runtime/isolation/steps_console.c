/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "runtime/isolation/baton.h"
#include "runtime/isolation/console.h"
#include "runtime/isolation/dev.h"
#include "runtime/isolation/steps.h"

#include <fcntl.h>

/* The master goes to whoever asked for it by --console-socket, else to the host's process. */
static int step_console_give(struct run *run, const struct console *console, struct err *e)
{
	if (run->request->console_socket >= 0)
		return console_send(run->request->console_socket, console->master, e);
	return baton_send(run->baton, &(struct baton){.kind = BATON_CONSOLE, .fd = console->master}, e);
}

int step_console(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	own_console console = CONSOLE_NONE;
	own_fd here = run->root < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int r = console_open(run->root < 0 ? here : run->root, process->user.uid, &console, e);

	r = r ? r : console_resize(console.master, process->console_size, e);
	/* exec finds the service's /dev/console in place */
	r = r || run->root < 0 ? r : dev_bind_console(run->root, console.slave, e);
	r = r ? r : step_console_give(run, &console, e);
	r = r ? r : console_put(console.slave, e);
	/* flags: whose terminal it becomes is only cloned later */
	return r || step->flags ? r : console_take(e);
}

int step_console_take(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)step;
	return console_take(e);
}
