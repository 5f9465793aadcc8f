"""Words and numbers: the one place where codes become English."""
