"""Reads the sentences of the page: cutting, the grammar, what each one states."""
