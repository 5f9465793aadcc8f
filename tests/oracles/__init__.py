"""Slow, plain reference implementations, written from the published methods alone.

Standard library only. Every number here can be followed with a pencil, so that the fast code has
something independent to agree with.
"""
