"""Reading replies: what of a mail its sender typed, and into which lines it falls."""
