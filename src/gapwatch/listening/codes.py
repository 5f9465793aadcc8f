"""Codes of reasons why a share is withheld; gapwatch.reporting turns them into words.

H01 fewer than 10 people answered; H02 it would tell, with the others, what fewer than 10 people
said, or what one area said whose figure is withheld; H03 nobody was asked.
"""

TOO_FEW, SECONDARY, NOBODY = "H01", "H02", "H03"
REASONS = (TOO_FEW, SECONDARY, NOBODY)
