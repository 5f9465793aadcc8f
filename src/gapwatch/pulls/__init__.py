"""The parts of a pull: asking, what is carried over, pins, answers that were kept, progress."""
