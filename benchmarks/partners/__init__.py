"""Partners: generator and comparison with other libraries.

CPU seconds are compared, and threads of a linear algebra library that wait for work count, too:
one thread for everybody.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
