# SPDX-License-Identifier: Apache-2.0
"""What the emulator says of a machine that says nothing itself, by the human monitor of QEMU."""
import socket

PROMPT = b'(qemu) '
PATIENCE_S = 10
# the echo of the question, and registers that say nothing of where a processor is
NOISE = ('i\x1b', 'FPR', 'FCW', 'XMM', 'YMM', 'ZMM', 'Opmask', 'DR', 'LDT', 'ES ', 'DS ')


def state_of(path, cpus):
    """The registers and the interrupt controllers of a machine whose monitor is the socket at `path`; or why there are none."""
    questions = ['info status', 'info registers -a', *(f'info lapic {cpu}' for cpu in range(cpus))]
    try:
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(PATIENCE_S)
            monitor.connect(str(path))
            _answer(monitor)
            return '\n'.join(_ask(monitor, question) for question in questions)
    except OSError as error:
        return f'the monitor does not answer: {error}'


def _ask(monitor, question):
    monitor.sendall(question.encode() + b'\n')
    lines = _answer(monitor).replace('\r', '').split('\n')
    return '\n'.join(line for line in lines if line and not line.startswith(NOISE))


def _answer(monitor):
    text = b''
    while not text.endswith(PROMPT):
        chunk = monitor.recv(65536)
        if not chunk:
            raise OSError('it closed')
        text += chunk
    return text.removesuffix(PROMPT).decode(errors='replace')
