# SPDX-License-Identifier: Apache-2.0
"""docs/conformance.md: each requirement of the OCI runtime-spec, what becomes of it behind each wall, and its tests.

docs/engines.md names tests in the same way.
"""
import re
from functools import lru_cache

from sources import TOP

PAGE = 'docs/conformance.md'
DOCUMENTS = ('runtime.md', 'runtime-linux.md', 'config.md', 'config-linux.md', 'features.md')
WORDS = ('MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'REQUIRED')

# `holds` as the specification says; `refused` by an error that names it; `differs` with a reason; `not ours`: the
# author's of a spec; `same`: what stands to the left, which does not ask for the wall, or is run behind both.
STATUSES = ('holds', 'refused', 'differs', 'not ours', 'same')
WITHOUT_TEST = ('not ours', 'same')
TEST = re.compile(r'`([^`]+)`')
ROWS_AT_LEAST = 150

ENGINES = 'docs/engines.md'
PROMISES_AT_LEAST = 25


@lru_cache(maxsize=None)
def _text(file):
    path = TOP / 'tests' / file
    return path.read_text('utf-8') if path.is_file() else None


def _missing(test):
    """What is wrong with FILE or FILE: TEST."""
    file, _, name = test.partition(': ')
    text = _text(file)
    if text is None:
        return f'no file tests/{file}'
    if file.endswith('.bats'):
        return '' if f'@test "{name}"' in text else f'no test in it: {test}'
    return '' if not name or re.search(rf'\b{re.escape(name)}\b', text) else f'no test in it: {test}'


def _left_out_behind(test):
    """Whether a test of the verbs, or its whole file, says that it is for namespaces alone."""
    file, _, name = test.partition(': ')
    text = _text(file) or ''
    body = text.partition(f'@test "{name}"')[2].partition('\n}')[0]
    return file.endswith('.bats') and 'only_namespaces' in text.partition('@test')[0] + body


def _broken_cell(cell, left):
    status = re.match(r'(holds|refused|differs|not ours|same)\b', cell)
    if not status:
        yield f'{cell!r} begins with none of {STATUSES}'
        return
    tests = TEST.findall(left if status[0] == 'same' else cell)
    if not tests and status[0] not in WITHOUT_TEST:
        yield f'{status[0]!r} without a test'
    if status[0] == 'differs' and not re.match(r'differs: [^`]{10,}', cell):
        yield "'differs' without a reason"
    yield from filter(None, map(_missing, tests))
    if status[0] == 'same':
        yield from (f'left out behind a microVM: {test}' for test in tests if _left_out_behind(test))


def _rows(text):
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.fullmatch(r'## (\S+\.md)', line):
            yield number, match[1]
        elif re.match(r'\| (?!section )[a-zA-Z]+ \|', line):
            yield number, [cell.strip() for cell in line.strip('|').split('|')]


def broken_rows(sources):
    text = next((s.text for s in sources if s.path == PAGE), '')
    documents, rows = [], 0
    for number, row in _rows(text):
        if isinstance(row, str):
            documents.append(row)
            continue
        rows += 1
        if len(row) != 5 or row[1] not in WORDS:
            yield f'{PAGE}:{number}: not: anchor, one of {WORDS}, requirement, namespaces, microVM'
            continue
        for wrong in [*_broken_cell(row[3], ''), *_broken_cell(row[4], row[3])]:
            yield f'{PAGE}:{number}: {wrong}'
    if tuple(documents) != DOCUMENTS or rows < ROWS_AT_LEAST:
        yield f'{PAGE}: {rows} rows of {documents}'


def broken_promises(sources):
    """Tests that docs/engines.md names and that are not there; a promise without any."""
    text = next((s.text for s in sources if s.path == ENGINES), '')
    promises = text.partition('## What engines rely on')[2].partition('\n## ')[0]
    rows = [line for line in promises.splitlines() if line.startswith('| ')][1:]
    if len(rows) < PROMISES_AT_LEAST:
        yield f'{ENGINES}: {len(rows)} promises'
    for row in rows:
        tests = TEST.findall(row.strip('|').split(' | ')[-1])
        yield from (f'{ENGINES}: {row[:60]}: {wrong}' for wrong in filter(None, map(_missing, tests)))
        if not tests:
            yield f'{ENGINES}: {row[:60]}: no test'
