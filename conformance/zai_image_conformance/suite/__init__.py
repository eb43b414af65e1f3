"""The questions that are put to a server, as pytest tests that ship with the package."""
