# SPDX-License-Identifier: Apache-2.0
"""Collect results, show progress, and sum up."""
import sys
import time

from .program import Program
from .tap import FAILED, PASSED, SKIPPED, Reader, Result

MARKS = {PASSED: 'ok', FAILED: 'FAIL', SKIPPED: 'skip'}


class Report:
    """Every result of a run, by where it ran and what it is called."""

    def __init__(self, out=sys.stdout):
        self.out = out
        self.rows = []  # (place, suite, Result)
        self._began = time.monotonic()

    def say(self, text):
        print(text, file=self.out, flush=True)

    def head(self, text):
        seconds = int(time.monotonic() - self._began)
        self.say(f'== {text}  [{seconds // 60}:{seconds % 60:02}]')

    def add(self, place, suite, result, loud=True):
        self.rows.append((place, suite, result))
        if loud or result.status == FAILED:
            self.say(f'{MARKS[result.status]:>4}  {suite}: {result.name}' + (f'  # {result.reason}' if result.reason else ''))

    def run(self, place, suite, command, loud=False, **options):
        """Run a program that speaks TAP and take its results; quiet ones get one line for all that passed."""
        program, reader = Program(command, **options), Reader()
        for line in program:
            if (result := reader.feed(line)) is not None:
                self.add(place, suite, result, loud)
        if program.timed_out:
            reader.bailed = f'silent for {program.silence_s} seconds'
        self.end(place, suite, reader, program.status, loud)

    def end(self, place, suite, reader, status, loud=False):
        """A program has ended with `status`: count what its reader misses, and show how it went."""
        if (result := reader.finish(status)) is not None:
            self.add(place, suite, result)
        self._show(suite, reader.results, loud)

    def run_plain(self, place, suite, name, command, **options):
        """Run a program whose exit status is its only word: 0 passed, 77 skipped."""
        program = Program(command, **options)
        output = list(program)
        status = {0: PASSED, 77: SKIPPED}.get(program.status, FAILED)
        reason = f'silent for {program.silence_s} seconds' if program.timed_out else (
            '' if status == PASSED else (output or ['no output'])[-1])
        result = Result(name, status, reason, output if status == FAILED else [])
        self.add(place, suite, result)
        self._show_notes([result])
        return status != FAILED

    def _show(self, suite, results, loud):
        passed = sum(r.status == PASSED for r in results)
        if not loud and passed:
            self.say(f'  ok  {suite}: {passed} tests')
        self._show_notes(r for r in results if r.status == FAILED)

    def _show_notes(self, results):
        for result in results:
            for note in result.notes[-60:]:
                self.say(f'      | {note}')

    def outcomes(self):
        """One outcome per row; but a test that ran in one place is not skipped because another place lacks something."""
        ran = {(suite, r.name) for _, suite, r in self.rows if r.status != SKIPPED}
        seen = set()
        for place, suite, result in self.rows:
            key = (suite, result.name)
            if result.status == SKIPPED and (key in ran or key in seen):
                continue
            if result.status == SKIPPED:
                seen.add(key)
            yield place, suite, result

    def finish(self):
        """Print what failed, what was skipped and why, and the sum as the last line; return the exit status."""
        rows = list(self.outcomes())
        for status, title in ((SKIPPED, 'skipped'), (FAILED, 'failed')):
            for place, suite, result in (row for row in rows if row[2].status == status):
                self.say(f'{title}: {suite} ({place}): {result.name}' + (f': {result.reason}' if result.reason else ''))
        count = {status: sum(r.status == status for _, _, r in rows) for status in (PASSED, FAILED, SKIPPED)}
        self.say(f'{count[PASSED]} passed, {count[FAILED]} failed, {count[SKIPPED]} skipped')
        return 1 if count[FAILED] or not count[PASSED] else 0
