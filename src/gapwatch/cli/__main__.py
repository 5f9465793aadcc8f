"""`python -m gapwatch.cli` is `gapwatch`."""

from gapwatch.cli import program

if __name__ == "__main__":
    program()
