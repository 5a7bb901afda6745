# SPDX-License-Identifier: Apache-2.0
"""Reads the table of calls: what is called in which state, and where an answer may differ from another runtime's."""
import re
import shlex
from dataclasses import dataclass, field

STATES = ('absent', 'created', 'running', 'paused', 'stopped')

# What is compared of an answer; a difference is said of one of them.
ASPECTS = ('status', 'stdout', 'stderr', 'state', 'ended', 'files', 'consoles')


class TableError(Exception):
    """The table itself is wrong."""


@dataclass
class Call:
    line: int
    state: str
    words: list
    # runtime: {aspect: reason}
    differences: dict = field(default_factory=dict)

    def __str__(self):
        return f'{self.state}: {shlex.join(self.words)}'


class Table:
    """`reason NAME: TEXT`, `in STATE`, a call, and below it, indented, `RUNTIME ASPECT=REASON…`."""

    def __init__(self, text):
        self.reasons, self.calls = {}, []
        self._state = None
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith('#'):
                self._read(number, line)
        self._check()

    def _read(self, number, line):
        if match := re.fullmatch(r'reason ([\w-]+): (.+)', line):
            self.reasons[match[1]] = match[2]
        elif match := re.fullmatch(r'in (\w+)', line):
            self._state = match[1]
        elif line[0].isspace():
            self._read_difference(number, line.split())
        else:
            self.calls.append(Call(number, self._state, shlex.split(line)))

    def _read_difference(self, number, words):
        if not self.calls:
            raise TableError(f'line {number}: a difference of no call')
        of_runtime = self.calls[-1].differences.setdefault(words[0], {})
        for word in words[1:]:
            aspect, _, reason = word.partition('=')
            if aspect not in ASPECTS or reason not in self.reasons:
                raise TableError(f'line {number}: {word!r} is not ASPECT=REASON')
            of_runtime[aspect] = reason

    def _check(self):
        for call in self.calls:
            if call.state not in STATES:
                raise TableError(f'line {call.line}: the state {call.state!r} is none of {STATES}')
        used = {r for call in self.calls for d in call.differences.values() for r in d.values()}
        if unused := set(self.reasons) - used:
            raise TableError(f'reasons of no difference: {sorted(unused)}')

    def of_state(self, state):
        return [call for call in self.calls if call.state == state]
