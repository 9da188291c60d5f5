"""What a manager reads: the page, the reasons, the terminal."""
