"""Chat assistant of a running clinic: guardrail, retrieval, cited answers."""

import os

__version__ = "0.1.0"

# Before NumPy is imported anywhere: the products here are small, and a second thread costs more than it does,
# many times more where other work keeps the processors busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
