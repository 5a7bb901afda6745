# SPDX-License-Identifier: Apache-2.0
"""Run one test program, hand on its output line by line, and end it when it falls silent."""
import os
import selectors
import signal
import subprocess
import time


class Program:
    """A test program in a process group of its own; iterate over it for its lines."""

    def __init__(self, command, env=None, cwd=None, silence_s=300):
        self.silence_s = silence_s
        self.timed_out = False
        self.status = None
        self._process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, start_new_session=True)

    def __iter__(self):
        try:
            yield from self._lines()
        finally:
            self._end()

    def _lines(self):
        """A program that ended is not waited for, even when something it left behind still holds its output."""
        rest = b''
        quiet_until = time.monotonic() + self.silence_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while True:
                if selector.select(timeout=1):
                    chunk = os.read(self._process.stdout.fileno(), 65536)
                    if not chunk:
                        break
                    quiet_until = time.monotonic() + self.silence_s
                    *lines, rest = (rest + chunk).split(b'\n')
                    yield from (line.decode('utf-8', 'replace') for line in lines)
                elif self._process.poll() is not None:
                    break
                elif time.monotonic() > quiet_until:
                    self.timed_out = True
                    break
        if rest:
            yield rest.decode('utf-8', 'replace')

    def _end(self):
        if self._process.poll() is None and (self.timed_out or not self._ends_by_itself()):
            self._kill()
        self.status = self._process.wait()
        self._process.stdout.close()

    def _ends_by_itself(self):
        try:
            self._process.wait(timeout=10)
            return True
        except subprocess.TimeoutExpired:
            return False

    def _kill(self):
        os.killpg(self._process.pid, signal.SIGTERM)
        if not self._ends_by_itself():
            os.killpg(self._process.pid, signal.SIGKILL)
