"""What people said, beside what is measured."""
