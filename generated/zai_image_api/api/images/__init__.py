# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The endpoint functions of one tag, a module for each operation."""
