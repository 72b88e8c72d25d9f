"""What an installed Prompt Runner 2.0 left behind, read and taken over."""
