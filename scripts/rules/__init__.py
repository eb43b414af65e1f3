"""Makes rules of statements, and holds them against the schema and the conformance catalogue."""
