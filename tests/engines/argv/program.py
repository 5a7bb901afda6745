# SPDX-License-Identifier: Apache-2.0
"""A runtime as its caller sees it: puts a container into a state, makes a call, and says what came of it."""
import array
import ctypes
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from shape import shape

PR_SET_CHILD_SUBREAPER = 36
PATIENCE_S = 20
# after a signal that was sent: an end comes at once, or not at all
GRACE_S = 2.0
# in version 1 a freezer takes its time, and crun does not wait
FREEZING_S = 0.2

# Ends with the number of the signal that it got.
PROGRAM = 'for s in 1 2 3 10 12 15 34 36 64; do trap "exit $s" $s; done; : >/ready; while :; do sleep 1000 & wait; done'


def adopt_orphans():
    """The first process of a container becomes ours, as it becomes conmon's."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError('prctl(PR_SET_CHILD_SUBREAPER) failed')


# The processes that were adopted and have ended, with their status.
ENDED = {}


def reap():
    """A pid namespace ends when the last zombie in it is gone: an engine reaps, and so do we."""
    try:
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            ENDED[ended[0]] = os.waitstatus_to_exitcode(ended[1])
    except ChildProcessError:
        pass


class Program:
    """One runtime, with a bundle and a root of its own. In a call, @ is the id and % the bundle."""

    def __init__(self, path, template, scratch):
        self.path, self.name = path, Path(path).name
        self.id = f'argv-{self.name}-{os.getpid()}'
        self.top = Path(scratch) / self.name
        self.bundle = self.top / 'bundle'
        self.root = self.top / 'root'
        self.first, self.at, self.terminals = None, None, []
        shutil.copytree(template, self.bundle, symlinks=True)
        self.root.mkdir()
        self.before = self._listed()

    def call(self, *words, stdin=''):
        """A call that prepares or asks; its status and its standard output."""
        command = [self.path, '--root', str(self.root), *words]
        reap()
        with open(self.top / 'said', 'w+', encoding='utf-8') as said:
            # what stays running must not hold a pipe of ours open
            done = subprocess.run(command, cwd=self.bundle, input=stdin, text=True, stdout=said, stderr=subprocess.STDOUT,
                                  timeout=PATIENCE_S, check=False)
            said.seek(0)
            return done.returncode, said.read()

    def _must(self, *words):
        status, said = self.call(*words)
        if status != 0:
            raise RuntimeError(f'{self.path} {" ".join(words)}: status {status}: {said}')

    def state(self):
        status, said = self.call('state', self.id)
        return json.loads(said)['status'] if status == 0 else 'absent'

    def clear(self):
        """No container, and nobody left."""
        for ident in {self.id, *self._made()}:
            self.call('delete', '--force', ident)
        reap()
        self.first, self.at = None, 'absent'
        (self.bundle / 'rootfs/ready').unlink(missing_ok=True)

    def bring_to(self, state):
        """A container that the last call left in that state will do."""
        while self.terminals:
            os.close(self.terminals.pop())
        for name in self._listed() - self.before:
            path = self.bundle / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if self.at == state and self._made() <= {self.id}:
            return
        self.clear()
        if state != 'absent':
            self._make(state)
        self.at = state

    def _make(self, state):
        self._must('create', '--pid-file', str(self.top / 'pid'), self.id)
        self.first = int((self.top / 'pid').read_text(encoding='ascii'))
        if state != 'created':
            self._must('start', self.id)
            wait_for((self.bundle / 'rootfs/ready').exists)
        if state == 'paused':
            self._must('pause', self.id)
            wait_for(lambda: self.state() == 'paused')  # crun does not
        if state == 'stopped':
            self._must('kill', self.id, '9')
            wait_for(lambda: self._end_of_first() is not None)

    def answer(self, words):
        """Makes the call; what came of it, as {aspect: value}."""
        environment, words, stdin = self._prepare(words)
        with Consoles(self.bundle / 'socket') as consoles:
            status, out, err = self._run(environment, words, stdin)
            answer = {'status': status, 'stdout': shape(out), 'stderr': 'text' if err else 'nothing',
                      'ended': self._wait_for_end(GRACE_S if status == 0 and 'kill' in words else 0)}
            self.terminals = consoles.received()  # open until the next call: closed, they hang up
        answer['consoles'] = sum(os.isatty(fd) for fd in self.terminals)
        if 'pause' in words:
            time.sleep(FREEZING_S)
        answer['state'] = self.at = self.state()
        if not self.first and self.at not in ('absent', 'stopped'):
            self.at = None  # made by the call
        answer['files'] = {name: shape(self._contents(name)) for name in sorted(self._listed() - self.before)}
        answer['said'] = (out + err).strip()
        return answer

    def _prepare(self, words):
        """NAME=VALUE in front is the environment's, `< TEXT` at the end is standard input."""
        environment, stdin, rest = dict(os.environ), '', [w.replace('@', self.id).replace('%', str(self.bundle)) for w in words]
        while rest and '=' in rest[0] and not rest[0].startswith('-'):
            name, _, value = rest.pop(0).partition('=')
            environment[name] = value
        if len(rest) > 1 and rest[-2] == '<':
            stdin, rest = rest[-1], rest[:-2]
        return environment, rest, stdin

    def _run(self, environment, words, stdin):
        out, err = self.top / 'out', self.top / 'err'
        reap()
        with open(out, 'wb') as out_file, open(err, 'wb') as err_file:
            child = subprocess.Popen([self.path, '--root', str(self.root), *words], cwd=self.bundle, env=environment,
                                     stdin=subprocess.PIPE, stdout=out_file, stderr=err_file)
            child.stdin.write(stdin.encode())
            child.stdin.close()
            try:
                status = child.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                status = 'did not end'
        return status, out.read_text('utf-8', 'replace'), err.read_text('utf-8', 'replace')

    def _wait_for_end(self, seconds):
        """How the first process ended, if it has; a signal on its way is waited for."""
        end = time.monotonic() + seconds
        while (ended := self._end_of_first()) is None and time.monotonic() < end:
            time.sleep(0.01)
        return ended

    def _end_of_first(self):
        reap()
        if self.first not in ENDED:
            return None
        ended, self.first = ENDED.pop(self.first), None
        return ended

    def _made(self):
        return {p.name for p in self.root.iterdir()}

    def _listed(self):
        return {p.name for p in self.bundle.iterdir() if not p.is_socket()}

    def _contents(self, name):
        path = self.bundle / name
        return path.read_text('utf-8') if path.is_file() else ''


class Consoles:
    """A console socket, and what comes by it."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # a long path does not fit into an address
        here = os.open('.', os.O_RDONLY)
        os.chdir(self.path.parent)
        self.socket.bind(self.path.name)
        os.fchdir(here)
        os.close(here)
        self.socket.listen()
        self.socket.setblocking(False)
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.path.unlink(missing_ok=True)

    def received(self):
        fds = array.array('i')
        while True:
            try:
                peer, _ = self.socket.accept()
                with peer:
                    peer.setblocking(False)
                    _, ancillary, _, _ = peer.recvmsg(4096, socket.CMSG_SPACE(4 * fds.itemsize))
            except BlockingIOError:  # nobody is there, or whoever connected said nothing before the call ended
                return list(fds)
            for _, _, data in ancillary:
                fds.frombytes(data[:len(data) - len(data) % fds.itemsize])


def wait_for(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() >= end:
            raise TimeoutError('waited in vain')
        time.sleep(0.02)
