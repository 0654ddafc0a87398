"""Sending what waits: suite against native Odoo against raw SQL.

    setup/bench sms_send

or `setup/odoo shell -d bench_copy < tests/bench/bench_sms_send.py` on a copy of a
database with crm_sms_wallet: what is sent is committed. Up to 20,000 messages, each to
a number of its own, half of them in Thai; every gateway answers "accepted" at once.

What each way leaves out:

* suite   nothing: credits are held before and settled after each slice at the exact
          cost of their purchase, numbers that have asked to stop are looked up, every
          step is committed
* native  Odoo's own queue of `sms.sms` with its own code, for one company: no wallet,
          no cost, no list of stopped numbers; nothing follows the messages
* floor   two UPDATE statements for each 1,000 messages (taken, accepted), committed

Ratios are of processor time (of Python and of the database's process, read from /proc).
The two wallets are compared afterwards: every credit that has left is the cost of a
message.
"""

import os
import resource
import statistics
import sys
import time
import types
from unittest.mock import patch

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import cpu_seconds, note, vacuum  # noqa: E402

from odoo.addons.crm_sms_wallet.tools.gateways.base import GatewayApi  # noqa: E402
from odoo.addons.sms.models.sms_sms import SmsSms as NativeSms  # noqa: E402
from odoo.addons.sms.tools.sms_api import SmsApiBase  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", 3))
COUNT = min(int(os.environ.get("BENCH_SIZE") or 20_000), 20_000)
ENGLISH = "Sale today at all our shops, 20 percent off until Sunday"
THAI = "ลดราคาวันนี้ทุกสาขา 20 เปอร์เซ็นต์ ถึงวันอาทิตย์นี้เท่านั้น"
QUEUE = """
    INSERT INTO sms_delivery (uuid, company_id, number, text, purpose, parts, encoding,
                              state, waiting, queued_at)
    SELECT replace(gen_random_uuid()::text, '-', ''), %s,
           '+668' || lpad(i::text, 8, '0'), CASE i %% 2 WHEN 0 THEN %s ELSE %s END || i,
           'marketing_sms', 1, 'gsm', 'queued', TRUE, now() AT TIME ZONE 'UTC'
      FROM generate_series(1, %s) i"""
QUEUE_NATIVE = """
    INSERT INTO sms_sms (uuid, number, body, state, create_uid, create_date)
    SELECT replace(gen_random_uuid()::text, '-', ''), '+668' || lpad(i::text, 8, '0'),
           CASE i %% 2 WHEN 0 THEN %s ELSE %s END || i, 'outgoing', %s,
           now() AT TIME ZONE 'UTC'
      FROM generate_series(1, %s) i"""


def accepted(messages):
    return [
        {"uuid": target["uuid"], "state": "success", "ref": "", "credit": None}
        for message in messages
        for target in message["numbers"]
    ]


class NullApi(GatewayApi):
    """A gateway that costs no time."""

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        return accepted(messages)


class NativeNullApi(SmsApiBase):
    def _send_sms_batch(self, messages, delivery_reports_url=False):
        return accepted(messages)


def measure(env, label, before, run):
    """Median of RUNS; what was sent is committed and then removed.

    :return: seconds of processor time
    """
    clock, cpu = [], []
    for _number in range(RUNS):
        before(env)
        vacuum(env, "sms_delivery", "sms_sms", "crm_sms_wallet")
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        run(env)
        clock.append(time.perf_counter() - start)
        cpu.append(cpu_seconds(env) - start_cpu)
    median = statistics.median(cpu)
    note(
        label=label,
        rows=COUNT,
        cpu=round(median, 3),
        clock=round(statistics.median(clock), 3),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )
    print(
        f"{label:<28}{median:7.2f} s cpu ({min(cpu):.2f} - {max(cpu):.2f})"
        f"{COUNT / median:12,.0f} messages/s {statistics.median(clock):7.2f} s clock",
        flush=True,
    )
    return median


def prepare(env):
    """:return: a company with a gateway and credits"""
    env["ir.cron"].search([]).active = False
    company = env["res.company"].create({"name": "Bench SMS"})
    env["crm.sms.gateway"].create(
        {"name": "Null", "provider": "simulator", "company_id": company.id}
    )
    wallet = env["crm.sms.wallet"]._of(company)
    wallet._purchase("bench", 10 * COUNT, 7 * COUNT)
    env.cr.commit()
    return company


def queue(company):
    def before(env):
        env.flush_all()
        env.cr.execute("DELETE FROM sms_delivery")
        env.cr.execute(QUEUE, [company.id, ENGLISH, THAI, COUNT])
        env.invalidate_all()

    return before


def queue_native(env):
    env.cr.execute("DELETE FROM sms_sms")
    env.cr.execute(QUEUE_NATIVE, [ENGLISH, THAI, env.uid, COUNT])
    env.invalidate_all()


def suite(env):
    def api(gateway):
        return NullApi(gateway.sudo()._settings(), gateway.env)

    with patch.object(env.registry["crm.sms.gateway"], "_api", api):
        env["sms.delivery"]._cron_send()
    left = env["sms.delivery"].search_count([("state", "!=", "accepted")])
    assert not left, f"{left} messages were not sent"


def native(env):
    """Odoo's own functions, called past what this suite puts around them."""
    companies = env.registry["res.company"]
    model = env["sms.sms"]
    domain = [("state", "=", "outgoing")]
    with patch.object(companies, "_get_sms_api_class", lambda self: NativeNullApi):
        while model.search_count(domain):
            types.MethodType(NativeSms._process_queue, model)()
    sent = model.search_count([("state", "=", "pending")])
    assert sent == COUNT, f"{sent} messages were sent"


def floor(env):
    for begin in range(0, COUNT, 1000):
        for state in ("sending", "accepted"):
            env.cr.execute(
                """UPDATE sms_delivery SET state = %s, waiting = FALSE, cost = 0.7
                    WHERE id IN (SELECT id FROM sms_delivery ORDER BY id
                                 OFFSET %s LIMIT 1000)""",
                [state, begin],
            )
            env.cr.commit()


def check(env, company, sent):
    wallet = env["crm.sms.wallet"]._of(company)
    wallet.invalidate_recordset()
    assert wallet.held == 0, "credits are still held"
    assert wallet.credits == 10 * COUNT - sent, "credits are missing"


def main(env):
    company = prepare(env)
    print(f"{COUNT:,} messages, {RUNS} runs")
    measure(env, "floor: two updates", queue(company), floor)
    ours = measure(env, "suite", queue(company), suite)
    check(env, company, RUNS * COUNT)
    theirs = measure(env, "native", queue_native, native)
    print(f"speed of the suite / native: {theirs / ours:.2f}")


main(env)  # noqa: F821
