"""A process that does jobs and is killed in the middle of them; see kill_points.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

from odoo.tools import config

from odoo.addons.crm_segments.tests.database import _connection_variables

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
STATEMENTS = 200 if FULL else 6  # killed at so many of a request's statements


class Worker:
    """The process of kill_points.py."""

    def __init__(self, database):
        environment = {
            **os.environ,
            **_connection_variables(),
            "ODOO_RC": os.environ.get("ODOO_RC") or config["config"],
        }
        script = Path(__file__).with_name("kill_points.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
        )
        self._read()

    def _read(self):
        line = self.process.stdout.readline()
        assert line, "the process that is to be killed ended by itself"
        return line

    def run(self, job, ids=(), kill=None):
        """Let a child do a job; see kill_points.py for `kill` and the answer."""
        task = {"job": job, "ids": list(ids), "kill": kill}
        print(json.dumps(task), file=self.process.stdin, flush=True)
        answer = json.loads(self._read())
        assert "error" not in answer, answer["error"]
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class KilledWorker:
    """For test cases with ``database``, the name of a database copy."""

    @classmethod
    def start_worker(cls):
        cls.worker = Worker(cls.database)
        cls.addClassCleanup(cls.worker.close)

    def points_of(self, job, new):
        """Where to kill a job: around each commit and before some statements.

        :param new: makes new data and returns the ids for the job
        """
        self.worker.run(job, new())  # the first one also warms up
        done = self.worker.run(job, new())
        points = [
            ["commit", number, when]
            for number in range(1, done["commits"] + 1)
            for when in ("before", "after")
        ]
        step = max(1, done["statements"] // STATEMENTS)
        numbers = range(1, done["statements"] + 1, step)
        return points + [["statement", number] for number in numbers]
