"""Whether counts are such as a place can have: against time, residents and publishers' totals."""
