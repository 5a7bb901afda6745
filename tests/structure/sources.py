# SPDX-License-Identifier: Apache-2.0
"""The project's files, and C as far as its shape goes: includes, functions, nesting.

The format check holds for every file, so a function's body is what stands between a '{' and a '}' in the first column,
and a statement's depth is the number of tabs before it.
"""
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
_NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_ATTRIBUTE = re.compile(r'__attribute__\(\((?:[^()]|\([^()]*\))*\)\)')
_STATEMENT = re.compile(r'^(\t+)(?:\} )?(?:if|for|while|do|switch|else)\b')


def _blank(match):
    """Empty literals and comments, but keep the lines."""
    return '\n' * match[0].count('\n') if match[0].startswith('/') else match[0][0] * 2


@dataclass
class Function:
    name: str
    line: int
    length: int
    parameters: int
    nesting: int


class Source:
    def __init__(self, path):
        self.path = path
        self.text = (TOP / path).read_text(encoding='utf-8')
        self.lines = self.text.splitlines()

    @property
    def folder(self):
        return str(Path(self.path).parent)

    @cached_property
    def project_includes(self):
        return [own for own, _ in _INCLUDE.findall(self.text) if own]

    @cached_property
    def system_includes(self):
        return [system for _, system in _INCLUDE.findall(self.text) if system]

    @cached_property
    def code(self):
        """The text without comments and without what literals say, line for line."""
        return _NOISE.sub(_blank, self.text)

    @cached_property
    def functions(self):
        lines = self.code.splitlines()
        return [_function(lines, i) for i, line in enumerate(lines) if line == '{']


def _function(lines, opening):
    first = opening
    while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in '}#':
        first -= 1
    closing = next((i for i in range(opening, len(lines)) if lines[i].startswith('}')), len(lines) - 1)
    signature = _ATTRIBUTE.sub('', ' '.join(line.strip() for line in lines[first:opening]))
    head, _, inner = signature.partition('(')
    depths = [len(m[1]) for line in lines[opening:closing] if (m := _STATEMENT.match(line))]
    return Function(name=(re.findall(r'\w+', head) or ['?'])[-1], line=first + 1, length=closing - first + 1,
                    parameters=_count_parameters(inner.rpartition(')')[0]), nesting=max(depths, default=0))


def _count_parameters(text):
    """Commas outside parentheses, plus one; none for (void) and ()."""
    while (flat := re.sub(r'\([^()]*\)', '', text)) != text:
        text = flat
    return 0 if text.strip() in ('', 'void') else text.count(',') + 1


def _listed_by_git():
    try:
        listing = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=TOP, capture_output=True, text=True, check=True)
        return listing.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return None


def _found():
    paths = (path.relative_to(TOP) for path in TOP.rglob('*'))
    return [str(path) for path in paths if not path.parts[0].startswith(('build', '.git', '.cache'))]


def tracked(*endings):
    """Paths of the project's files, sorted: what git knows or would take in; without git, what is outside the builds."""
    paths = _listed_by_git()
    return sorted(p for p in (_found() if paths is None else paths) if p.endswith(endings) and (TOP / p).is_file())


def sources(*endings):
    return [Source(path) for path in tracked(*endings)]
