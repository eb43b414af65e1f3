# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The endpoint functions, a package for each tag."""
