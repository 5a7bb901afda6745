# SPDX-License-Identifier: Apache-2.0
"""The shape of a text: what stays the same when names, numbers and words of a message change."""
import json


def shape(text):
    """'nothing', 'number', 'text', a JSON document's shape, or that of its lines; a table is its heading."""
    if not text:
        return 'nothing'
    if text.strip().isdigit():
        return 'number' if text.strip() == text else 'number, line by line'
    try:
        return of_json(json.loads(text))
    except ValueError:
        return of_lines(text.splitlines())


def of_lines(lines):
    try:
        return {'each line': of_json(json.loads(lines[0]))}
    except ValueError:
        heading = lines[0]
        return {word: 'column' for word in heading.split()} if heading.isupper() and ':' not in heading else 'text'


def of_json(value):
    if isinstance(value, dict):
        return {key: of_json(member) for key, member in value.items()}
    if isinstance(value, list):
        return [of_json(value[0])] if value else []
    return type(value).__name__


def is_in(wanted, found):
    """Whether a shape has all of another; it may have more members."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and is_in(wanted[key], found[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and (not wanted or bool(found) and is_in(wanted[0], found[0]))
    return wanted == found
