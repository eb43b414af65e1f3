"""What a call, an import, a crowd of calls, a download and a regeneration cost, as ratios measured side by side."""
