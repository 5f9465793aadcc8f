"""Somebody who has every file of every release, and wants to know of single deaths."""
