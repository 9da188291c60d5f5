"""Sessions on a timetable: greedy, priced, repaired."""
