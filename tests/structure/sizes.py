# SPDX-License-Identifier: Apache-2.0
"""How big things are: what is asked for, and where one has to look again."""

# thing: (the aim, the limit)
SIZES = {
    'lines of the function': (12, 60),
    'parameters': (3, 5),
    'nesting': (2, 3),
    'lines of the file': (250, 500),
    'lines of the header': (80, 200),
    'project includes': (4, 8),
}


def measure(source):
    """(place, thing, value) for everything that has a size in the file."""
    c_file = source.path.endswith(('.c', '.h'))
    yield source.path, 'lines of the header' if source.path.endswith('.h') else 'lines of the file', len(source.lines)
    if not c_file:
        return
    yield source.path, 'project includes', len(source.project_includes)
    for function in source.functions:
        place = f'{source.path}: {function.name}'
        yield place, 'lines of the function', function.length
        yield place, 'parameters', function.parameters
        yield place, 'nesting', function.nesting


def past(sources, which):
    """What is past the aims (0) or past the limits (1)."""
    for source in sources:
        for place, thing, value in measure(source):
            if value > SIZES[thing][which]:
                yield f'{place}: {value} {thing}, {("aim", "limit")[which]} {SIZES[thing][which]}'


def past_limits(sources):
    return past(sources, 1)


def past_aims(sources):
    return past(sources, 0)
