"""The commands of `python -m infra`, one module each; which there are stands in infra/__main__.py.

A command has a docstring whose first line is its help, `add_arguments(parser)` for its own options and
`run(plan, args, out) -> int`: it writes lines to *out* and returns 0, or 1 when what was asked did not happen.
"""
