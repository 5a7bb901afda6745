# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the table "Folders are floors" of docs/architecture.md, read as it stands there."""
import re

from sources import TOP

_ROW = re.compile(r'^(\S+)/\s+←\s+(–|[\w./ -]+?)(?:\s{2,}.*)?$')

# One file per outside library: its types stay inside. A name that ends in '/' is a folder, where one file may be chosen.
LIBRARIES = {
    r'^yajl/': 'config/json.c',
    r'^seccomp\.h$': 'seccomp/compile.c',
    r'^sys/capability\.h$': 'runtime/isolation/caps.c',
    r'^fuse': 'microvm/fs/operations.h',
    r'^liburing\.h$': 'microvm/virtio/block_uring.c',
    r'^systemd/': 'runtime/isolation/systemd_helper.c',
}


def read_table(page='docs/architecture.md'):
    """{folder: [what it may include]}: folders by their whole path, headers as they are written."""
    text = (TOP / page).read_text(encoding='utf-8')
    rows = [m.groups() for line in text.splitlines() if (m := _ROW.match(line))]
    folders = {name.rsplit('/', 1)[-1]: name for name, _ in rows}
    return {name: [] if allowed == '–' else [folders.get(word, word) for word in allowed.split()] for name, allowed in rows}


def _allows(allowed, folder, header):
    return header.rpartition('/')[0] in (folder, *allowed) or header in allowed


def broken_floors(sources):
    table = read_table()
    assert table, 'docs/architecture.md has no table of floors'
    for source in sources:
        if source.folder not in table:
            continue
        for header in source.project_includes:
            if not _allows(table[source.folder], source.folder, header):
                yield f'{source.path}: includes "{header}", but {source.folder} stands only on {", ".join(table[source.folder]) or "itself"}'


def folders_without_floor(sources):
    table = read_table()
    for folder in sorted({s.folder for s in sources if s.path.endswith(('.c', '.h'))}):
        if folder not in table and folder.split('/')[0] not in ('tests', 'examples'):
            yield f'{folder}: has no row in the table of floors'


def unrooted_includes(sources):
    for source in sources:
        for header in source.project_includes:
            if not (TOP / header).is_file():
                yield f'{source.path}: "{header}" is not a path from the root'


def late_own_headers(sources):
    """The own header first: so every header is compiled once with nothing before it."""
    for source in sources:
        own = source.path.removesuffix('.c') + '.h'
        if source.path.endswith('.c') and own in source.project_includes and source.project_includes[0] != own:
            yield f'{source.path}: "{own}" is not its first include'


def include_cycles(sources):
    graph = {s.path: s.project_includes for s in sources}
    done, cycles = set(), []

    def walk(path, trail):
        if path in trail:
            cycles.append(' → '.join(trail[trail.index(path):] + [path]))
        elif path not in done:
            for header in graph.get(path, []):
                walk(header, trail + [path])
            done.add(path)

    for path in graph:
        walk(path, [])
    return cycles


def scattered_libraries(sources):
    for pattern, home in LIBRARIES.items():
        users = [s.path for s in sources if not s.path.startswith('tests/') and any(re.match(pattern, h) for h in s.system_includes)]
        strangers = [path for path in users if not path.startswith(home)]
        yield from (f'{path}: only {home} may include {pattern}' for path in strangers)
        if len(users) > 1:
            yield f'{", ".join(users)}: one file per outside library, {pattern}'
