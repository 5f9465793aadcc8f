"""The ages and groups of ages that the gap comes from."""
