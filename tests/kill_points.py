"""A process that runs jobs on a database and is killed while it does.

Started by common_kill.py as ``python kill_points.py DATABASE``. It loads Odoo
once and then reads jobs as lines of JSON::

    {"job": "confirm", "ids": [7], "kill": ["commit", 1, "before"]}

Each job runs in a child process that kills itself with SIGKILL where "kill" says:
before or after its n-th commit, before or after its n-th call of an SMS gateway
("call"), or before its n-th statement ("statement", n). The answer is one line of JSON
with how the child ended and how many commits, calls and statements it made. No
connection is open when a child is made, so it shares none with another.
"""

import json
import os
import signal
import sys
import traceback
from functools import partial

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config


def confirm(env, ids):
    env["sale.order"].browse(ids).action_confirm()


def cancel(env, ids):
    env["sale.order"].browse(ids)._action_cancel()


def lapse(env, ids):
    """The nightly job, as the scheduler calls it, in batches of two cards."""
    env["loyalty.point.award"]._cron_lapse(batch=2)


def book(env, ids):
    """The nightly job that keeps points in the books, in batches of two days."""
    env["loyalty.point.booking"]._cron_book(days=2)


def erase(env, ids):
    """What the privacy desk does when somebody asks to be forgotten."""
    env["res.partner"].browse(ids)._crm_erase("asked")


def act(env, ids):
    """The job that does what segments do for those who entered."""
    env["crm.segment.member"]._cron_run_actions()


def send_sms(env, ids):
    """The job that sends messages, in slices of as many as the one number in ids."""
    from odoo.addons.crm_sms_wallet.models import sms_delivery_send as sender

    sender.FIRST_SLICE = sender.LARGEST_SLICE = ids[0]
    env["sms.delivery"]._cron_send()


def ask_sms(env, ids):
    """The job that asks gateways about what a sender left behind, without waiting."""
    env["sms.batch"]._cron_reconcile(dead_minutes=0, ask_minutes=0)


def send_line(env, ids):
    """The job that sends messages by LINE."""
    env["crm.line.message"]._cron_send()


def read_line_orders(env, ids):
    """The job that reads orders of LINE SHOPPING, as fast as the emulator answers."""
    from odoo.addons.crm_lineshopping_connector.tests.common_pull import fast_values

    for module, name, value in fast_values():
        setattr(module, name, value)
    env["crm.lineshopping.shop"]._cron_work()


def tell_line(env, ids):
    """The job that tells members on LINE what they got, in batches of two."""
    env["crm.line.notice"]._cron_tell(limit=2)


def automate(env, ids):
    """The job of automatic messages, in batches of two."""
    env["crm.automation"]._cron_run(limit=2)


def read_line_shops(env, ids):
    """The jobs that read LINE SHOPPING, all limits so many times as high as the one
    number in ids, and all pauses as short."""
    from odoo.addons.crm_lineshopping_connector.tools import myshop_api

    (speed,) = ids
    myshop_api.MOST_PER_SECOND *= speed
    myshop_api.MOST_PER_MINUTE *= speed
    myshop_api.PAUSES = tuple(pause / speed for pause in myshop_api.PAUSES)
    limiter_of = myshop_api.limiter_of
    myshop_api.limiter_of = lambda url, key, rate: limiter_of(url, key, rate * speed)
    env["crm.lineshopping.shop"]._cron_work()
    env["crm.lineshopping.order"]._cron_settle()


JOBS = {
    job.__name__: job
    for job in (
        *(confirm, cancel, lapse, book, erase, act, send_sms, ask_sms, automate),
        *(send_line, tell_line, read_line_orders, read_line_shops),
    )
}


class Counted:
    """Counts commits, calls and statements of this process, and kills it at one.

    :param kill: ["commit" or "call", n, "before" or "after"], ["statement", n] or None
    """

    def __init__(self, kill):
        self.kill = kill
        self.commits = 0
        self.statements = 0
        self.calls = 0
        # psycopg2's own: what Odoo's cursor calls when it really does it
        self.commit = sql_db.Cursor.commit
        self.execute = sql_db.Cursor.execute

    def install(self):
        counted = self

        def commit(cursor):
            cursor.flush()  # the statements of a commit are none of its own points
            counted.commits += 1
            number = counted.commits  # what follows a commit may commit by itself
            counted.at("commit", number, "before")
            result = counted.commit(cursor)
            counted.at("commit", number, "after")
            return result

        def execute(cursor, *args, **kwargs):
            counted.statements += 1
            counted.at("statement", counted.statements)
            return counted.execute(cursor, *args, **kwargs)

        sql_db.Cursor.commit = commit
        sql_db.Cursor.execute = execute
        self.install_calls()

    def install_calls(self):
        """Calls of SMS gateways and of LINE, of a database that has them."""
        try:
            from odoo.addons.crm_sms_wallet.tools.gateways.transport import Transport
        except ImportError:
            pass
        else:
            self.count_calls(Transport)
        try:
            from odoo.addons.crm_lineshopping_connector.tools.line_api import LineApi
            from odoo.addons.crm_lineshopping_connector.tools.myshop_api import (
                MyshopApi,
            )
        except ImportError:
            pass
        else:
            self.count_calls(LineApi)
            self.count_calls(MyshopApi, "_try")

    def count_calls(self, owner, name="call"):
        """:param owner: class whose method of that name is one call"""
        counted, call = self, getattr(owner, name)

        def counted_call(transport, *args, **kwargs):
            counted.calls += 1
            number = counted.calls  # others call at the same time
            counted.at("call", number, "before")
            answer = call(transport, *args, **kwargs)
            counted.at("call", number, "after")
            return answer

        setattr(owner, name, counted_call)

    def at(self, *point):
        if self.kill == list(point):
            os.kill(os.getpid(), signal.SIGKILL)


def run(database, job, ids, kill):
    """Run a job as a request runs: repeated when a race is lost, then committed."""
    registry = Registry(database).check_signaling()
    counted = Counted(kill)
    counted.install()
    with registry.cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {})
        retrying(partial(JOBS[job], env, ids), env)
    return {
        "commits": counted.commits,
        "calls": counted.calls,
        "statements": counted.statements,
    }


def run_in_child(database, job, ids, kill):
    """:return: what `run` says, {"signal": n} of a killed child or {"error": text}"""
    sql_db.close_all()
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            answer = run(database, job, ids, kill)
        except BaseException:
            answer = {"error": traceback.format_exc()}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        text = pipe.read()
    _pid, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return json.loads(text)


def main():
    database = sys.argv[1]
    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", database, "--no-http"])
    Registry(database)
    print("ready", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        answer = run_in_child(database, task["job"], task["ids"], task.get("kill"))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
