# SPDX-License-Identifier: Apache-2.0
"""Run the tests in pid and mount namespaces of their own.

What a test leaves behind is then ours for certain and easy to see, and it dies with the run, even with a run that is
killed. The first process of the box does nothing but reap, as an init does: a service whose cloche has ended must not
stay a zombie.
"""
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

MARK = 'CLOCHE_TESTS_BOX'
UNSHARE = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc']


def is_inside():
    return os.environ.get(MARK) == 'inside'


def is_first():
    return os.environ.get(MARK) == 'first'


def can_be_made():
    if os.geteuid() != 0 or not shutil.which('unshare'):
        return False
    return subprocess.run(UNSHARE + ['true'], capture_output=True, check=False).returncode == 0


def _pass_on_signals(find_pid):
    """SIGTERM goes to the process that find_pid names; Ctrl-C reaches every process of the terminal by itself."""
    def pass_on(number, _frame):
        if pid := find_pid():
            os.kill(pid, number)
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _child_of(pid):
    try:
        children = Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    except OSError:
        return 0
    return int(children[0]) if children else 0


def enter(arguments):
    """Start this program again inside a box and return its exit status."""
    outer = subprocess.Popen(UNSHARE + [sys.executable] + arguments, env=dict(os.environ, **{MARK: 'first'}))
    _pass_on_signals(lambda: _child_of(outer.pid))
    status = outer.wait()
    return status if status >= 0 else 128 - status


def reap_around(main):
    """Be the box's init: run main in a child, reap whatever ends, and return the child's exit status."""
    os.environ[MARK] = 'inside'
    child = os.fork()
    if child == 0:
        sys.exit(main())
    _pass_on_signals(lambda: child)
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status) & 0xff
