"""The command line: one file per command. Each reads, calls the library once, and writes."""
