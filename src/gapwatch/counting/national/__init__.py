"""A country at once: files of tens of millions of counts, wards, and the gap of every borough."""
