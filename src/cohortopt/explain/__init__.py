"""Why, why not, and what would help. Everything said here was derived again by solving."""
