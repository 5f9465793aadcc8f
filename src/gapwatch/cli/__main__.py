"""`python -m gapwatch.cli` is `gapwatch`."""

from gapwatch.cli import main

if __name__ == "__main__":
    main()
