# SPDX-License-Identifier: Apache-2.0
"""Run one test program, hand on its output line by line, and end it when it falls silent."""
import os
import selectors
import signal
import subprocess
import time


class Program:
    """A program in a session of its own; iterate over it for its lines, then ask for its status.

    `when_silent` is called before a program that fell silent is ended.
    """

    def __init__(self, command, env=None, cwd=None, silence_s=300, when_silent=None):
        self.silence_s = silence_s
        self._when_silent = when_silent
        self.timed_out = False
        self.status = None
        self._process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, start_new_session=True)

    def __iter__(self):
        rest = b''
        try:
            for chunk in self._chunks():
                *lines, rest = (rest + chunk).split(b'\n')
                yield from (line.decode('utf-8', 'replace') for line in lines)
            if rest:
                yield rest.decode('utf-8', 'replace')
            if self.timed_out or not self._ends_by_itself():
                self._kill()
        except BaseException:
            self._kill()
            raise
        finally:
            self.status = self._process.wait()
            self._process.stdout.close()

    def _chunks(self):
        """A program that ended is not waited for, even when something it left behind still holds its output."""
        silent_at = time.monotonic() + self.silence_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while True:
                if selector.select(timeout=1):
                    chunk = os.read(self._process.stdout.fileno(), 65536)
                    if not chunk:
                        return
                    silent_at = time.monotonic() + self.silence_s
                    yield chunk
                elif self._process.poll() is not None:
                    return
                elif time.monotonic() > silent_at:
                    self.timed_out = True
                    if self._when_silent:
                        self._when_silent()
                    return

    def _ends_by_itself(self):
        try:
            self._process.wait(timeout=10)
            return True
        except subprocess.TimeoutExpired:
            return False

    def _kill(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                os.killpg(self._process.pid, number)
                self._ends_by_itself()
