# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""Contains endpoint functions for accessing the API"""
