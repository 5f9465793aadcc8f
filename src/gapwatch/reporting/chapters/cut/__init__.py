"""What it would take to close the gap."""
