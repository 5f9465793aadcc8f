"""What shows gapwatch at work without a network; nothing here reaches a published figure."""
