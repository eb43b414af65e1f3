"""The requests that judge a server, as pytest tests that ship with the package."""
