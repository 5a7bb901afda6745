#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Feeds the calls of a table to cloche and to other runtimes, and compares the answers.

usage: compare.py [--show] TABLE STATE TEMPLATE SCRATCH CLOCHE OTHER…

STATE: the calls that are made in that state. TEMPLATE: a bundle, of which each runtime gets a copy. --show prints all
answers. Exit status 1: an answer differs and the table does not say so, or the table says so and it does not.
"""
import argparse
import json
import sys
from pathlib import Path

from calls import ASPECTS, Table
from program import Program, adopt_orphans
from shape import is_in


def differs(aspect, cloche, other):
    if aspect in ('stdout', 'files'):
        return not is_in(other[aspect], cloche[aspect])
    return cloche[aspect] != other[aspect]


def ask(program, call):
    program.bring_to(call.state)
    return program.answer(call.words)


def compare(call, ours, name, theirs):
    """What is wrong, a line each."""
    found = {aspect for aspect in ASPECTS if differs(aspect, ours, theirs)}
    wanted = set(call.differences.get(name, {}))
    for aspect in sorted(found - wanted):
        yield f'{call}: {aspect}: {json.dumps(ours[aspect])}, of {name} {json.dumps(theirs[aspect])}'
    for aspect in sorted(wanted - found):
        yield f'{call}: {aspect}: {json.dumps(ours[aspect])}, of {name}, too, though the table names a difference'
    if found - wanted:
        yield f'    cloche: {ours["said"][:200]!r}'
        yield f'    {name}: {theirs["said"][:200]!r}'


def compare_all(call, programs):
    answers = [ask(program, call) for program in programs]
    for program, answer in zip(programs[1:], answers[1:]):
        yield from compare(call, answers[0], program.name, answer)


def show_all(call, programs):
    for program in programs:
        yield json.dumps({'program': program.name, **ask(program, call)})


def parse_arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--show', action='store_true')
    for name in ('table', 'state', 'template', 'scratch'):
        parser.add_argument(name)
    parser.add_argument('programs', nargs='+')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    table = Table(Path(arguments.table).read_text('utf-8'))
    adopt_orphans()
    programs = [Program(path, arguments.template, arguments.scratch) for path in arguments.programs]
    look = show_all if arguments.show else compare_all
    lines = 0
    try:
        for call in table.of_state(arguments.state):
            for line in look(call, programs):
                print(f'line {call.line}: {line}', flush=True)
                lines += 1
    finally:
        for program in programs:
            program.clear()
    return 1 if lines else 0


if __name__ == '__main__':
    sys.exit(main())
