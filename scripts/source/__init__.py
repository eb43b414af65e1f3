"""Reads what is published: the block in a page, limits, references, merging, overlay, provenance."""
