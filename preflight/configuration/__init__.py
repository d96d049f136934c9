"""A team's defaults: what a configuration file, the environment and a command's flags say.

`table` has every option there is. The grammar, the file's JSON Schema, the page in docs/ and
`preflight config` are made of it.
"""
