"""The report's sections, a folder each: words, tables and charts. No chapter imports another."""
