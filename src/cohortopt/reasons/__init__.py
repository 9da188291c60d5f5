"""Why someone is left over: exactly one reason for everyone, each with its own argument.

``no_partner``: no match at all could hold the person, with what keeps each candidate away.
``shortage``: people who cannot all be seated, counted against the places that fit them.
``trade_off``: a changed plan that keeps every rule seats the person, at a cost.
``not_asked``: the program has no seat to give to this person, or nobody asked for theirs.
"""
