"""What residents asked for: indicators of their priorities, compared between the two sides.

Pure functions over tidy tables: no file, no clock, no words. Reasons are codes (`codes`).
"""
