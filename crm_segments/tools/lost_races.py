"""Steps of jobs that run beside others, each in a transaction of its own."""

import random
import time

from psycopg2.errors import (
    DeadlockDetected,
    LockNotAvailable,
    SerializationFailure,
)

LOST_RACES = (SerializationFailure, LockNotAvailable, DeadlockDetected)
TRIES = 12


def in_transaction(env, step, commit):
    """Do a step and commit it; again from its beginning when a race is lost.

    :param step: called without arguments; may run several times
    :param commit: called with what the step has returned
    :return: (what the step, what the commit has returned)
    :raise: what the last try raised
    """
    for attempt in range(1, TRIES + 1):
        try:
            result = step()
            env.flush_all()
            return result, commit(result)
        except LOST_RACES:
            env.cr.rollback()
            env.invalidate_all(flush=False)
            if attempt == TRIES:
                raise
            time.sleep(random.uniform(0.01, 0.05 * attempt))
