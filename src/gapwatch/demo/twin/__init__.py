"""A borough that nobody lives in, whose mortality is known exactly, served by the replica.

Its deaths are drawn from rates that a formula gives, so every figure that gapwatch makes of it can
be held against the truth. Nothing here reaches a figure of a real place.
"""
