"""Turns of long jobs, so that the other jobs of a worker come to theirs."""

import time


def turn_deadline(env, seconds):
    """:param seconds: how long a turn takes
    :return: ``time.monotonic()`` at the end of this turn, infinite outside of a job;
        None when this worker has had its turn
    """
    now = time.monotonic()
    if now >= env.context.get("cron_end_time", float("inf")):
        # The same worker calls again after a turn: the next one is for others.
        env["ir.cron"]._commit_progress(0, remaining=1)
        return None
    in_cron = env.context.get("ir_cron_progress_id")
    return now + seconds if in_cron else float("inf")


def wake(cron, moments=(None,)):
    """Let a job run now, or later.

    :param cron: ir.cron
    :param moments: datetimes (UTC), None for now
    """
    cron = cron.sudo()
    later = [moment for moment in moments if moment]
    if later:
        cron._trigger(later)
    if None in moments:
        cron._trigger()
