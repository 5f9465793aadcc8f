"""The site of releases: a function of the releases alone, of what was retired, and of an address.

Nothing stands on it that a release doesn't hold. So a restricted study tells no more by it than by
its releases, and the same releases give the same bytes, wherever and whenever it is laid out.
"""
