# SPDX-License-Identifier: Apache-2.0
"""A folder of what is made once: under names that say what each was made from.

Things are made under another name and then renamed, so any number of runs may make them at the same time, and a
broken-off one leaves nothing that a later one would believe.
"""
import os
import subprocess
import tempfile
from pathlib import Path


class LabError(Exception):
    """The lab itself failed; what was to be run in it did not get its chance."""


def cache_folder():
    base = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache')
    folder = base / 'cloche/lab'
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def made(name, make):
    """The path of `name` in the cache, made by make(temporary) if it is not there yet."""
    path = cache_folder() / name
    if path.exists():
        return path
    with tempfile.TemporaryDirectory(dir=path.parent, prefix='making-') as folder:
        draft = Path(folder) / path.name
        make(draft)
        try:
            draft.rename(path)
        except OSError:
            if not path.exists():  # else another run was faster
                raise
    return path


def output(command, **options):
    answer = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if answer.returncode:
        raise LabError(f'{" ".join(map(str, command))}: {answer.stderr.strip() or answer.returncode}')
    return answer.stdout
