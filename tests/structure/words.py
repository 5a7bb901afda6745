# SPDX-License-Identifier: Apache-2.0
"""What stands in the text: the licence, the format, and what must not stand there."""
import re
import shutil
import subprocess

from sources import TOP

SPDX = 'SPDX-License-Identifier: Apache-2.0'

# Whatever a file says, it says it of the project alone: no path of a developer's machine, no host of a package archive.
FOREIGN = re.compile(r'(?<![\w.])/(?:work|farm)/|/root/\.|https?://(?:deb|registry|mirror|security)[.]|\bL{2}M\b', re.I)

UNFINISHED = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|X{3}|HA' r'CK)\b')
GOTO = re.compile(r'\bgoto\b')


def _hits(sources, pattern, text_of):
    for source in sources:
        for number, line in enumerate(text_of(source).splitlines(), 1):
            if pattern.search(line):
                yield f'{source.path}:{number}: {line.strip()[:120]}'


def foreign_words(sources):
    return _hits(sources, FOREIGN, lambda s: s.text)


def unfinished(sources):
    return _hits(sources, UNFINISHED, lambda s: s.text)


def gotos(sources):
    return _hits((s for s in sources if s.path.endswith(('.c', '.h'))), GOTO, lambda s: s.code)


def without_licence(sources):
    for source in sources:
        if not any(SPDX in line for line in source.lines[:2]):
            yield f'{source.path}: the first line is not the SPDX line'


def badly_formatted(sources):
    """What clang-format would change; None when it is not installed."""
    if not shutil.which('clang-format'):
        return None
    paths = [s.path for s in sources if s.path.endswith(('.c', '.h'))]
    answer = subprocess.run(['clang-format', '--dry-run', '-Werror', '--ferror-limit=1', *paths], cwd=TOP, capture_output=True,
                            text=True, check=False)
    return sorted({f'{line.split(":")[0]}: clang-format -i would change it' for line in answer.stderr.splitlines() if ': error:' in line})
