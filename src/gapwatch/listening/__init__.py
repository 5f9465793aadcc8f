"""What people said: shares with their limits where they stand for all, and who is left out."""
