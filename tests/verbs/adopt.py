#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As conmon and the shim do: adopt a created service's first process, start it, and tell how it ended.

usage: adopt.py CLOCHE STATE BUNDLE ID
"""
import ctypes
import os
import subprocess
import sys
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def main():
    cloche, state, bundle, service = sys.argv[1:]
    pid_file = Path(bundle) / 'pid'
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    subprocess.run([cloche, '--root', state, 'create', '--bundle', bundle, '--pid-file', pid_file, service], check=True)
    subprocess.run([cloche, '--root', state, 'start', service], check=True)
    _, status = os.waitpid(int(pid_file.read_text()), 0)
    if os.WIFEXITED(status):
        print('exited', os.WEXITSTATUS(status))
    else:
        print('killed by', os.WTERMSIG(status))


if __name__ == '__main__':
    main()
