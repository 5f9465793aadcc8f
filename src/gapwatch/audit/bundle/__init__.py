"""A release with everything that it rests on, in one file."""
