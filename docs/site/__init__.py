"""Builds the documentation site: `python -m docs.site FOLDER`, or `tox -e docs`."""
