# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""Contains methods for accessing the API"""
