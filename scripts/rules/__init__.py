"""Makes constraints of what sentences state, and holds them against the schema and the conformance catalogue."""
