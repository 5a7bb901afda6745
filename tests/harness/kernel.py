# SPDX-License-Identifier: Apache-2.0
"""The guest's kernel: built in the background, if it is not there yet, while tests run that do without it."""
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from .tap import FAILED, PASSED, SKIPPED, Result

BUILD = Path(__file__).resolve().parents[2] / 'microvm/kernel/build'


def built_kernel():
    """Where the kernel is; empty when it has not been built."""
    answer = subprocess.run([str(BUILD), '--print'], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


class KernelBuild:
    def __init__(self, report):
        self._report = report
        self._process = None
        self._log = None
        self._path = None

    def begin(self):
        """Its build is nice(1) to the tests: it takes what they leave of the processors."""
        if self._process is None:
            self._log = tempfile.TemporaryFile(mode='w+')
            self._process = subprocess.Popen([str(BUILD)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log,
                                             text=True, start_new_session=True)

    def path(self):
        """Where the kernel is, once it is there; empty when it cannot be built, and the report says why."""
        if self._path is None:
            self.begin()
            self._report.head('guest kernel')
            said, _ = self._process.communicate()
            self._path = said.strip()
            self._report.add('host', 'kernel', self._result())
        return self._path

    def end(self):
        """Break the build off if nobody has waited for it; the next one begins anew."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.communicate()

    def _result(self):
        name = 'the guest\'s kernel is built'
        if self._process.returncode == 0:
            return Result(name, PASSED)
        self._log.seek(0)
        lines = self._log.read().splitlines() or ['no word']
        status = SKIPPED if ': needs ' in lines[-1] else FAILED
        return Result(name, status, lines[-1].removeprefix('guest-kernel: '), lines)
