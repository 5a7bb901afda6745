# SPDX-License-Identifier: Apache-2.0
"""The schemas of this folder as validators."""
import json
from pathlib import Path

import jsonschema

HERE = Path(__file__).resolve().parent

# Properties that the specification's text has and its schema has not: features-linux.md, "MemoryPolicy".
OF_THE_TEXT = {'features-linux.json': ('linux', 'memoryPolicy')}


def closed(schema):
    """The same schema, where a property that it does not name is wrong."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    if isinstance(parts.get('properties'), dict) and parts.get('type') == 'object':
        parts.setdefault('additionalProperties', False)
    return parts


def read_schema(path, strict):
    schema = json.loads(path.read_text('utf-8'))
    if path.name in OF_THE_TEXT:
        part, name = OF_THE_TEXT[path.name]
        schema[part]['properties'].setdefault(name, {'type': 'object'})
    return closed(schema) if strict else schema


def validator(name):
    """Of config, features or state. features.md: no property but the specification's; the others may have more."""
    top, strict = HERE / f'{name}-schema.json', name == 'features'
    resolver = jsonschema.RefResolver(f'{HERE.as_uri()}/', None, handlers={
        'file': lambda uri: read_schema(HERE / Path(uri).name, strict)})
    return jsonschema.Draft4Validator(read_schema(top, strict), resolver=resolver)


def what_is_wrong(name, document):
    for error in validator(name).iter_errors(document):
        yield f'/{"/".join(map(str, error.absolute_path))}: {error.message}'
