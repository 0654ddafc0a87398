"""Preparing a campaign: recipients, texts, parts and exact cost, beside Odoo's own way.

    setup/bench sms_prepare --size 100000

or `setup/odoo shell -d bench_copy < tests/bench/bench_sms_prepare.py` on a copy of a
database with crm_sms_wallet: as many customers as BENCH_SIZE says are added to it, one
in fifty without consent. Every run is rolled back.

What each way leaves out:

* suite   nothing: chosen by a condition, consent, stops, blacklist, wrong and double
          numbers, hold-out; merge field, short link and opt-out link in each text; its
          parts, alphabet and the cost by the packages of the wallet
* native  `sms.composer` of a mailing to the same customers, at a size that it can do
          (its list of ids fails above about 12,800): blacklist and double numbers, one
          merge field, tracked link, opt-out link. No consent, no hold-out, no parts,
          no cost, no wallet
* floor   plain `create` of as many `sms.sms` from values that are ready, in batches

Suite and native must find the same number of messages.
"""

import os
import sys

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import Memory, bulk_load, measure, vacuum  # noqa: E402

SIZE = int(os.environ.get("BENCH_SIZE", 100_000))
NATIVE = min(SIZE, int(os.environ.get("BENCH_COMPARED", 5_000)))
TEXT = "{nickname} ลด 50% ถึงวันศุกร์ https://shop.example/friday {optout}"
NATIVE_TEXT = "{{ object.nickname }} ลด 50% ถึงวันศุกร์ https://shop.example/friday"


class OwnMemory(Memory):
    """The largest memory that this process takes, in MB."""

    def __init__(self, env):
        super().__init__(env)
        self.path = "/proc/self/status"

    def now(self):
        with open(self.path) as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines["RssAnon"].split()[0]) // 1024


def load_customers(env):
    """Customers with numbers and consent, one in fifty without consent."""
    env.cr.execute("SELECT count(*) FROM res_partner WHERE ref LIKE 'BSMS%'")
    [(there,)] = env.cr.fetchall()
    if there >= SIZE:
        return
    env.company.country_id = env.ref("base.th")
    env.flush_all()
    with bulk_load(env, "res_partner"):
        env.cr.execute(
            """
            INSERT INTO res_partner (name, complete_name, nickname, ref, phone,
                   phone_sanitized, active, lang, type, country_id, create_date,
                   write_date, autopost_bills)
            SELECT 'Customer ' || n, 'Customer ' || n, 'น้อง' || n, 'BSMS' || n,
                   '08' || lpad(n::text, 8, '0'), '+668' || lpad(n::text, 8, '0'),
                   TRUE, 'en_US', 'contact', %s, now(), now(), 'ask'
              FROM generate_series(%s, %s) n""",
            [env.ref("base.th").id, there + 1, SIZE],
        )
    env.cr.execute(
        """UPDATE res_partner SET commercial_partner_id = id
            WHERE ref LIKE 'BSMS%' AND commercial_partner_id IS NULL"""
    )
    with bulk_load(env, "crm_consent"):
        env.cr.execute(
            """
            INSERT INTO crm_consent (partner_id, purpose, given, date, company_id)
            SELECT id, 'marketing_sms', id %% 50 <> 0, now(), %s FROM res_partner
             WHERE ref LIKE 'BSMS%%' AND NOT EXISTS (
                   SELECT FROM crm_consent c WHERE c.partner_id = res_partner.id)""",
            [env.company.id],
        )
    vacuum(env, "res_partner", "crm_consent")


def campaign(env, size=SIZE):
    """:return: mailing.mailing to the first ``size`` customers"""
    env.cr.execute(
        "SELECT max(id) FROM (SELECT id FROM res_partner WHERE ref LIKE 'BSMS%%'"
        " ORDER BY id LIMIT %s) first",
        [size],
    )
    [(last,)] = env.cr.fetchall()
    return env["mailing.mailing"].create(
        {
            "subject": "Bench",
            "mailing_type": "sms",
            "recipient_choice": "customers",
            "customer_domain": [["ref", "=like", "BSMS%"], ["id", "<=", last]],
            "body_plaintext": TEXT,
            "holdout_percent": 0,
        }
    )


def suite(env, size=SIZE):
    mailing = campaign(env, size)
    mailing._begin_prepare()
    mailing._prepare(float("inf"), commit=False)
    if mailing.prepare_state != "ready" or not mailing.sms_cost:
        raise SystemExit("not prepared")
    return mailing


def native(env):
    mailing = env["mailing.mailing"].create(
        {
            "subject": "Bench",
            "mailing_type": "sms",
            "mailing_model_id": env["ir.model"]._get_id("res.partner"),
            "body_plaintext": NATIVE_TEXT,
            "sms_allow_unsubscribe": True,
        }
    )
    ids = env["res.partner"].search(
        [("ref", "=like", "BSMS%")], limit=NATIVE, order="id"
    )
    mailing.action_send_sms(res_ids=ids.ids)
    return env["sms.sms"].search_count([("mailing_id", "=", mailing.id)])


def floor(env):
    ids = env["res.partner"].search(
        [("ref", "=like", "BSMS%")], limit=NATIVE, order="id"
    )
    for begin in range(0, NATIVE, 1000):
        env["sms.sms"].create(
            [
                {"number": "+66812345678", "body": NATIVE_TEXT, "partner_id": id_}
                for id_ in ids.ids[begin : begin + 1000]
            ]
        )
        env.flush_all()
        env.invalidate_all()


def main(env):
    load_customers(env)
    env.cr.commit()
    # first of all: memory that another way gave back would be there for it to take
    memory = OwnMemory(env)
    start = memory.now()
    memory.start()
    ours = measure(env, "suite, prepare", suite, rows=SIZE)
    memory.done.set()
    above = memory.peak - start
    print(f"{SIZE / ours:,.0f} messages per second, {above} MB above start")
    check(env)
    for label, way in (("floor, create", floor), ("native, sms.composer", native)):
        seconds = measure(env, f"{label}, {NATIVE:,} messages", way, rows=NATIVE)
        print(f"{NATIVE / seconds:,.0f} messages per second")


def check(env):
    if suite(env, NATIVE).chosen_count != native(env):
        raise SystemExit("the ways do not find the same customers")
    env.cr.rollback()
    env.invalidate_all()


main(env)  # noqa: F821 (given by the shell)
