# SPDX-License-Identifier: Apache-2.0
"""Read the Test Anything Protocol as it arrives: lines in, results out."""
import re
from dataclasses import dataclass, field

PASSED, FAILED, SKIPPED = 'passed', 'failed', 'skipped'

_PLAN = re.compile(r'1\.\.(\d+)(?:\s*#\s*skip\S*\s*(.*))?$', re.I)
_TEST = re.compile(r'(not )?ok\b\s*\d*\s*(?:- )?(.*?)(?:\s*#\s*(skip|todo)\b\S*\s*(.*))?$', re.I)


@dataclass
class Result:
    name: str
    status: str
    reason: str = ''
    notes: list = field(default_factory=list)


class Reader:
    """Feed it lines; `results` holds what was said, `finish` adds what was not said but should have been."""

    def __init__(self):
        self.results = []
        self.notes = []  # what was said since the last result
        self.planned = None
        self.bailed = None

    def feed(self, line):
        """Take one line; return the Result that it ended, or None."""
        line = line.rstrip('\n')
        if line.startswith('Bail out!'):
            self.bailed = line[len('Bail out!'):].strip() or 'no reason given'
        elif plan := _PLAN.match(line):
            return self._take_plan(plan)
        elif test := _TEST.match(line):
            return self._take_test(test)
        elif line.strip():
            self.notes.append(line.removeprefix('# '))
        return None

    def _take_plan(self, plan):
        self.planned = int(plan[1])
        if self.planned or plan[2] is None:
            return None
        self.planned = 1
        return self._add(Result('everything', SKIPPED, plan[2]))

    def _take_test(self, test):
        bad, name, directive, why = test.groups()
        if directive and directive.lower() == 'skip':
            return self._add(self._skipped(name, why))
        return self._add(Result(name, FAILED if bad else PASSED))

    def _skipped(self, name, why):
        """cmocka puts the name where the reason should be; the test has then said the reason before."""
        if name:
            return Result(name, SKIPPED, why or 'no reason given')
        return Result(why, SKIPPED, self.notes[-1] if self.notes else 'no reason given')

    def _add(self, result):
        """Notes follow the result that they explain."""
        self.notes = result.notes
        self.results.append(result)
        return result

    def finish(self, exit_status):
        """The program ended with exit_status: return one more failed Result if its story does not add up."""
        ran = len(self.results)
        if self.bailed is not None:
            trouble = f'bailed out: {self.bailed}'
        elif self.planned is None:
            trouble = f'ended with status {exit_status} and no plan'
        elif self.planned != ran:
            trouble = f'planned {self.planned} tests, ran {ran}, ended with status {exit_status}'
        elif exit_status and not any(r.status == FAILED for r in self.results):
            trouble = f'all tests passed, yet it ended with status {exit_status}'
        else:
            return None
        return self._add(Result('the program runs to its end', FAILED, trouble, self.notes))
