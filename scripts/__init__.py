"""How the promises in ``openapi/`` become code: reading, checking and generating, each step a module."""
