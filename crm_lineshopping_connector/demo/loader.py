"""LINE for the demo shop: an Official Account, a shop on LINE SHOPPING, who is who.

Loaded by the demo XML only, after the shop and the members of crm_segments and
crm_loyalty_points, once. By itself it does nothing: the shop is paused and the account
archived, so nobody at LINE is called with keys that are not theirs. setup/run starts
what stands in for LINE on the same machine, lets both records point at it and wakes
them up.
"""

import hashlib
import logging
import time
from datetime import timedelta

from odoo import fields

_logger = logging.getLogger(__name__)

SHOP = "crm_segments"
# by this setup/run knows that the keys are the demo's, and not a shop's
KEY = "emulator-of-the-demo"
MEMBERS = 12
DAYS = 10
NAME = "เรือนบุหลัน"


def load(env):
    """Load account and shop of the demo on LINE.

    :return: whether anything was loaded; not without the shop, and only once
    """
    branch = env.ref(f"{SHOP}.demo_branch_bkk", raise_if_not_found=False)
    if not branch:
        return False
    channels = env["crm.line.channel"].sudo().with_context(active_test=False)
    if channels.search_count([("company_id", "=", branch.company_id.id)], limit=1):
        return False
    started = time.monotonic()
    owner = env.ref(f"{SHOP}.demo_user_owner", raise_if_not_found=False) or env.user
    context = dict(
        env.context,
        tracking_disable=True,
        mail_notrack=True,
        allowed_company_ids=branch.company_id.ids,
    )
    _Loader(env(user=owner.id, su=True, context=context), branch).load()
    _logger.info("Demo of LINE loaded in %.1f s", time.monotonic() - started)
    return True


class _Loader:
    """One loading; keeps the records made so far."""

    def __init__(self, env, branch):
        self.env = env
        self.branch = branch.with_env(env)
        self.company = self.branch.company_id

    def load(self):
        """Load everything. Without XML ids: an uninstallation would try to delete
        records that orders name."""
        self.channel = self._create_channel()
        self._create_shop()
        self._link_members()

    def _create_channel(self):
        return self.env["crm.line.channel"].create(
            {
                "name": NAME,
                "active": False,
                "company_id": self.company.id,
                "basic_id": "@ruean-bulan",
                "channel_id": "2000000001",
                "channel_secret": KEY,
                "access_token": KEY,
                "login_channel_id": "1650000001",
                "liff_id": "1650000001-emulator",
            }
        )

    def _create_shop(self):
        shop = self.env["crm.lineshopping.shop"].create(
            {
                "name": NAME,
                "company_id": self.company.id,
                "api_key": KEY,
                "webhook_secret": KEY,
                "every_minutes": 5,
                "branch_id": self.branch.id,
                "user_id": self.env.uid,
            }
        )
        past = fields.Datetime.now() - timedelta(days=DAYS)
        shop.write({"state": "paused", "cursor_at": past})

    def _link_members(self):
        """Some members have the shop's card inside LINE already."""
        account = self.env["crm.shop"]._of_company(self.company)
        program = account._get_program() if account else None
        if not program:
            return
        cards = self.env["loyalty.card"].search(
            [
                ("program_id", "=", program.id),
                ("partner_id.phone_sanitized", "!=", False),
            ],
            order="id",
        )
        members = self._find_logins() | cards.partner_id
        for number, partner in enumerate(members[:MEMBERS]):
            text = f"demo:{number}".encode()
            digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
            user = self.env["crm.line.user"]._of(self.channel, [f"U{digest}"])
            user._link(partner)
            user.line_name = partner.nickname or partner.name

    def _find_logins(self):
        """:return: res.partner of the demo's member who can log in; it comes first"""
        rows = self.env["ir.model.data"].search(
            [("module", "=", "crm_loyalty_points"), ("model", "=", "res.users")]
        )
        users = self.env["res.users"].browse(rows.mapped("res_id")).exists()
        return users.partner_id.filtered(
            lambda partner: partner.member_number and partner.phone_sanitized
        )
