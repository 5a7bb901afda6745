# SPDX-License-Identifier: Apache-2.0
"""Where tests that need KVM can run. `tests/kvm/probe` tries this host's; the lab has one wherever there can be a lab."""
import subprocess

from lab.machine import what_is_missing


def where_kvm(build):
    """('here' or 'lab', why not here); the place is empty when KVM is nowhere, and the reason then names what is missing.

    build: the folder of a build, whose probe is run.
    """
    answer = subprocess.run([str(build / 'tests/kvm/probe')], capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return 'here', ''
    why = answer.stdout.strip() or f'the probe ended with status {answer.returncode}'
    missing = what_is_missing()
    return ('', f'{why}; and for the lab: {missing}') if missing else ('lab', why)
