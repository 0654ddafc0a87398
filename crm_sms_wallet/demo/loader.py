"""SMS for the demo shop: a gateway that sends nothing, credits, campaigns.

Loaded by the demo XML only, after the customers and orders of crm_segments, once. All
is made by the methods that real campaigns use; only the days lie in the past.
"""

import logging
import time
from datetime import timedelta

from odoo import Command, fields

from odoo.addons.crm_segments.tools.local_date import local_today

from .campaigns import load_campaigns

_logger = logging.getLogger(__name__)

SHOP = "crm_segments"
# the simulator's faults follow from it
SEED = 7
NOT_DELIVERED_PERCENT = 4
SENDER = "RueanBulan"
BRANDS = "เรือนบุหลัน, Ruean Bulan"
SITE = "ruean-bulan.example"
RENEW_DAYS = 20
# credits, price in baht, English, Thai
PACKAGES = (
    (1000, 750, "1,000 credits", "1,000 เครดิต"),
    (5000, 3499, "5,000 credits", "5,000 เครดิต"),
    (20000, 13000, "20,000 credits", "20,000 เครดิต"),
)
PACKAGE_DAYS = 365
COMPLAINT_DAYS = 4


def load(env):
    """Load gateway, credits and campaigns of the demo shop.

    :return: whether anything was loaded; not without the shop, and only once
    """
    branch = env.ref(f"{SHOP}.demo_branch_bkk", raise_if_not_found=False)
    if not branch:
        return False
    # a shop that has a gateway would send this to people
    gateways = env["crm.sms.gateway"].sudo().with_context(active_test=False)
    if gateways.search_count([("company_id", "=", branch.company_id.id)], limit=1):
        return False
    started = time.monotonic()
    context = dict(
        env.context,
        tracking_disable=True,
        mail_create_nosubscribe=True,
        mail_notrack=True,
        allowed_company_ids=branch.company_id.ids,
    )
    owner = env.ref(f"{SHOP}.demo_user_owner", raise_if_not_found=False) or env.user
    _Loader(env(user=owner.id, su=True, context=context), branch.company_id).load()
    _logger.info("Demo messages loaded in %.1f s", time.monotonic() - started)
    return True


class _Loader:
    """One loading; keeps the records made so far."""

    def __init__(self, env, company):
        self.env = env
        self.company = company.with_env(env)
        self.today = local_today(env, company)
        self.thai = env["res.lang"]._lang_get("th_TH")

    def load(self):
        """Load everything; each step uses the records of the ones before."""
        if not self.company.sms_brands:
            self.company.sms_brands = BRANDS
        self.gateway = self._create_gateway()
        self._create_sender()
        self._create_packages()
        wallet = self._buy_credits()
        campaign = load_campaigns(self.env, self.company, self.gateway)
        self._switch_on_birthdays()
        self._note_complaint(campaign)
        # the gateway's books say what ours say
        self.gateway.sim_credits = wallet.credits
        self.gateway._read_balance()

    def _create_gateway(self):
        """Without an XML id: an uninstallation would try to delete it, though messages
        name it."""
        return self.env["crm.sms.gateway"].create(
            {
                "name": "Simulator",
                "provider": "simulator",
                "company_id": self.company.id,
                "sender": SENDER,
                "sim_seed": SEED,
                "sim_failed_percent": NOT_DELIVERED_PERCENT,
            }
        )

    def _create_sender(self):
        """The shop's name, which is to be registered again soon."""
        renew = self.today + timedelta(days=RENEW_DAYS)
        registered = renew - timedelta(days=365)
        self.env["crm.sms.sender"].create(
            {
                "name": SENDER,
                "company_id": self.company.id,
                "gateway_ids": [Command.set(self.gateway.ids)],
                "state": "registered",
                "registered_on": registered,
                "renew_before": renew,
                "user_id": self.env.uid,
                "domain_ids": [
                    Command.create(
                        {
                            "name": SITE,
                            "registered_on": registered,
                            "renew_before": renew,
                        }
                    )
                ],
            }
        )

    def _create_packages(self):
        packages = self.env["crm.sms.package"].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    "company_id": self.company.id,
                    "credits": credits,
                    "price": price,
                    "validity_days": PACKAGE_DAYS,
                }
                for sequence, (credits, price, name, _thai) in enumerate(PACKAGES, 1)
            ]
        )
        if self.thai:
            for package, (*_figures, thai) in zip(packages, PACKAGES, strict=True):
                package.with_context(lang="th_TH").name = thai

    def _buy_credits(self):
        """:return: the wallet, with two purchases from the gateway noted"""
        wallet = self.env["crm.sms.wallet"]._of(self.company)
        for number, (count, price, *_names) in enumerate(PACKAGES[:2], 1):
            wallet._purchase(
                f"demo:{number}",
                count,
                price,
                self.today + timedelta(days=PACKAGE_DAYS),
                source_name=self.gateway.name,
            )
        return wallet

    def _switch_on_birthdays(self):
        automations = self.env["crm.automation"]
        automations._ensure_ready(self.company)
        automations.search(
            [("company_id", "=", self.company.id), ("moment", "=", "birthday")]
        ).is_on = True

    def _note_complaint(self, campaign):
        """Somebody who did not get his message stopped, and called."""
        stop = self.env["crm.sms.stop"].search(
            [("mailing_id", "=", campaign.id)], order="id", limit=1
        )
        self.env["crm.sms.complaint"].create(
            {
                "number": stop.number,
                "company_id": self.company.id,
                "date": fields.Date.subtract(self.today, days=COMPLAINT_DAYS),
                "channel": "customer",
                "what": "ลูกค้าโทรมาที่ร้าน แจ้งว่ากดไม่รับข่าวสารแล้ว และขอให้ยืนยันว่าจะไม่มี "
                "SMS มาอีก",
            }
        )
