"""How good the figures are, and where they come from."""
