"""How many examples Hypothesis draws, the same ones in every run."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

few = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    # To explain a failure takes longer than to find it.
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
many = settings(few, max_examples=60)
