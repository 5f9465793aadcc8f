"""How a file that a study describes is read: bytes to rows, rows to cells, cells to a table."""
