# SPDX-License-Identifier: Apache-2.0
"""What is there before a run must be all that is there after it."""
import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path


def _lines(path, pick):
    try:
        return {pick(line) for line in Path(path).read_text(errors='replace').splitlines()}
    except OSError:
        return set()


def _mounts():
    return _lines('/proc/self/mountinfo', lambda line: line.split()[4])


def _cgroups():
    roots = [line.split()[1] for line in Path('/proc/self/mounts').read_text().splitlines()
             if line.split()[2] in ('cgroup', 'cgroup2')]
    return {folder for root in roots for folder, _, _ in os.walk(root)}


def _process_name(pid):
    try:
        return Path(f'/proc/{pid}/comm').read_text(errors='replace').strip()
    except OSError:
        return ''


def _processes():
    pids = [entry for entry in os.listdir('/proc') if entry.isdigit()]
    return {f'{pid} {name}' for pid in pids if (name := _process_name(pid))}


def _entries(folder):
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _loop_devices():
    return {p.parent.name for p in Path('/sys/block').glob('loop*/loop')}


def _interfaces():
    return _entries('/sys/class/net')


# One row per kind of thing: how to list it, and whether other programs of the host make and unmake it all the time.
LISTS = {
    'mount': _mounts,
    'cgroup': _cgroups,
    'process': _processes,
    'network namespace': lambda: _entries('/run/netns'),
    'network interface': _interfaces,
    'loop device': _loop_devices,
    'file in /run/cloche': lambda: _entries('/run/cloche'),
}

# No box keeps these apart: on a machine where others work as well, only what bears the mark of this run is ours.
SHARED = ('cgroup', 'network interface', 'file in /run/cloche', 'network namespace', 'loop device')


# Made by the engines under test for themselves, and kept by them.
OF_ENGINES = ('/libpod_parent',)


def snapshot():
    return {kind: take() for kind, take in LISTS.items()}


class Watch:
    """Compare now with when the watch began.

    mark: part of the name of whatever a test makes. boxed: our mounts and processes are ours alone. alone: so is the
    whole machine.
    """

    def __init__(self, scratch, mark, boxed, alone):
        self.scratch = scratch
        self.mark = mark
        self.boxed = boxed
        self.alone = alone
        self.before = snapshot()

    def _is_ours(self, kind, thing):
        if any(name in thing for name in OF_ENGINES):
            return False
        return self.alone or self.mark in thing or (self.boxed and kind not in SHARED)

    def _left(self):
        now = snapshot()
        left = [(kind, thing) for kind in LISTS for thing in now[kind] - self.before[kind] if self._is_ours(kind, thing)]
        return sorted(left + [('file in TMPDIR', name) for name in _entries(self.scratch)])

    def left(self, patience_s=5):
        """What is left after the dying have had a moment to die."""
        until = time.monotonic() + patience_s
        while (left := self._left()) and time.monotonic() < until:
            time.sleep(0.2)
        return left

    def sweep(self):
        """Remove what a run that was broken off has left, where no namespace takes it away."""
        inside = sorted((m for m in _mounts() if Path(m).is_relative_to(self.scratch)), reverse=True)
        for mount in inside:
            subprocess.run(['umount', '--lazy', mount], check=False)
        groups = sorted((group for group in _cgroups() if self.mark in group), reverse=True)
        for group in groups:
            with contextlib.suppress(OSError):
                os.rmdir(group)
        # Never delete through a mount: what is behind it may be the host's.
        if not any(Path(m).is_relative_to(self.scratch) for m in _mounts()):
            shutil.rmtree(self.scratch, ignore_errors=True)
