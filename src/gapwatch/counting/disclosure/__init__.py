"""Statistical disclosure control of counts that are restricted."""
