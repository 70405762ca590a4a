#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Does a file fit a JSON schema? usage: json_fits.py SCHEMA FILE"""
import json
import sys

import jsonschema

schema, document = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
jsonschema.Draft202012Validator.check_schema(schema)
wrong = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
for error in wrong[:5]:
    print(f"{error.json_path}: {error.message[:200]}")
sys.exit(bool(wrong))
