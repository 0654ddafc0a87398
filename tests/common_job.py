"""A background job in a process of its own, to be killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from odoo.tools import config

from odoo.addons.crm_segments.tests.database import _connection_variables


class KilledJob:
    """For test cases with ``database``, the name of a database copy."""

    def start_job(self, code):
        """:return: Popen of a process that runs the Python code in Odoo's shell"""
        environment = {
            **os.environ,
            **_connection_variables(),
            "ODOO_RC": os.environ.get("ODOO_RC") or config["config"],
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "odoo", "shell", "-d", self.database, "--no-http"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(self.kill, process)
        process.stdin.write(code.encode())
        process.stdin.close()
        return process

    def kill(self, process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def wait_for(self, count, process, seconds=120):
        """:param count: function giving how much is committed
        :return: what it gives when something is"""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            written = count()
            if written:
                return written
            self.assertIsNone(process.poll(), "ended before it wrote anything")
            time.sleep(0.05)
        self.fail("nothing written in time")
