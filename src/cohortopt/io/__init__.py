"""Files in, files out: rosters, tables, safe text."""
