"""Takes in a change: what differs, for whom it breaks, trying it out, putting it in place."""
