"""Many studies at once: each one's own release, and a league page over all of them."""
