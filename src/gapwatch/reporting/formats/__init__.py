"""The report as HTML and as PDF."""
