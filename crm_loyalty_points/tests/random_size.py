import os
from contextlib import contextmanager

# How many random sequences a test plays.
SEQUENCES = 200 if os.environ.get("CRM_SUITE_FULL") else 20


@contextmanager
def undone(env):
    """A random sequence that leaves nothing for the next one to read through: without
    it the two hundredth takes many times as long as the first."""
    with env.cr.savepoint() as savepoint:
        yield
        env.flush_all()
        savepoint.rollback()
    env.invalidate_all()
