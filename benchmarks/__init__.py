"""What a call, an import and a regeneration cost, as ratios measured side by side: ``python -m benchmarks``."""
