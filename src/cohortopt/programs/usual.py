"""What programs have in common: the rules that nearly all start with, and who anyone is."""

from cohortopt.rules import Apart, Availability, Capacity, Hours, Past, Rule

USUAL: tuple[Rule, ...] = (Capacity(), Hours(), Availability(), Apart(), Past())
ANYONE = ("mentor", "mentee", "peer")
