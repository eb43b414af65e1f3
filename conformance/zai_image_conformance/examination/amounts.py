"""How many examples Hypothesis draws, the same ones in every run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

few = settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=60)
