"""Locks of PostgreSQL that a job holds while no transaction is open.

A lock belongs to the connection: it is held until it is given back or the connection
ends, however many transactions come and go. ``key`` is a pair of numbers, of the table
and of the record.
"""

from psycopg2.errors import InFailedSqlTransaction


def take(cr, key):
    """Wait until nobody holds the lock, and hold it."""
    cr.execute("SELECT pg_advisory_lock(%s, %s)", key)


def try_take(cr, key):
    """:return: whether nobody held the lock; then it is this one's"""
    cr.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
    return cr.fetchone()[0]


def give_back(cr, key):
    """Let others have the lock, also when the transaction has failed."""
    query = "SELECT pg_advisory_unlock(%s, %s)"
    try:
        cr.execute(query, key, log_exceptions=False)
    except InFailedSqlTransaction:
        # The lock belongs to the connection, which outlives what went wrong.
        cr.rollback()
        cr.execute(query, key)
