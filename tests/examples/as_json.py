#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print a TOML, YAML or HCL file as JSON; a file of several YAML documents as a list of them.

usage: as_json.py FILE
"""
import json
import sys
import tomllib

import hcl
import yaml

READERS = {
    'conf': tomllib.loads,
    'hcl': hcl.loads,
    'toml': tomllib.loads,
    'yaml': lambda text: list(yaml.safe_load_all(text)),
}

with open(sys.argv[1], encoding='utf-8') as file:
    json.dump(READERS[sys.argv[1].rsplit('.', 1)[1]](file.read()), sys.stdout)
