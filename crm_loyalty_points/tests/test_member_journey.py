import json
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import file_open

from ..controllers.member_common import DEVICE_COOKIE, LANGUAGE_COOKIE
from .member_page_common import MemberPageHttpCase

RUNNER = "crm_loyalty_points/static/tests/member/journey.js"
HOME = "/member/baan-suan"
RANDOM = "odoo.addons.crm_loyalty_points.models.crm_one_time_code.secrets.randbelow"


class MemberJourneyCase(MemberPageHttpCase):
    """Runs steps in Chromium."""

    width = 390
    browser_size = "390x844"

    def walk(self, steps, lang="en_US"):
        with file_open(RUNNER) as file:
            runner = file.read()
        code = f"const STEPS = {json.dumps(steps)}; const WIDTH = {self.width};"
        self.browser_js(
            f"{HOME}/worker.js",
            f"(() => {{{code}\n{runner}}})()",
            cookies={DEVICE_COOKIE: self.token, LANGUAGE_COOKIE: lang},
            timeout=120,
        )


@tagged("post_install", "-at_install")
class TestMemberJourney(MemberJourneyCase):
    """What a member does with the page on a phone, in a real browser."""

    def test_card_history_redeem_code(self):
        self.walk(
            [
                ["open", HOME],
                ["see", ".o_member_balance strong", "500"],
                ["fits"],
                ["click", ".o_card_qr"],
                ["see", "dialog[open] svg"],
                ["click", "dialog[open] button"],
                ["gone", "dialog[open]"],
                ["click", ".o_member_tabs a[href$=history]"],
                ["see", ".o_member_points", "+500"],
                ["fits"],
                ["click", ".o_member_tabs a[href$=rewards]"],
                ["see", ".o_member_open"],
                ["fits"],
                ["click", f"[data-reward='{self.coffee.id}'] a"],
                ["see", ".o_member_confirm", "100"],
                ["fits"],
                ["click", ".o_member_once button"],
                ["see", ".o_member_code_qr svg"],
                ["see", ".o_member_code_text"],
                ["fits"],
                ["click", ".o_member_tabs a[href$=codes]"],
                ["see", ".o_member_badge.o_issued"],
                ["fits"],
            ]
        )
        self.assertEqual(self.card.redemption_count, 1)
        self.assertEqual(self.card.points_usable, 400)

    def test_consent_withdrawn_and_given_again(self):
        self.partner._crm_record_consent("marketing_sms")
        row = "[data-purpose=marketing_sms]"
        self.walk(
            [
                ["open", f"{HOME}/consents"],
                ["see", f"{row} .o_issued"],
                ["fits"],
                ["click", f"{row} button"],
                ["see", "[role=status].o_success"],
                ["gone", f"{row} .o_issued"],
                ["click", ".o_member_undo"],
                ["see", f"{row} .o_issued"],
            ]
        )
        rows = self.partner.consent_ids.filtered(
            lambda row: row.purpose == "marketing_sms"
        )
        self.assertEqual(rows.sorted("id").mapped("given"), [True, False, True])

    def test_data_taken_along_and_deleted(self):
        self.partner.email = "chai@example.com"
        with patch(RANDOM, return_value=123456):
            self.walk(
                [
                    ["open", f"{HOME}/privacy"],
                    ["fits"],
                    ["click", "a[href$='privacy/data']"],
                    ["click", ".o_member_confirm_send button"],
                    ["type", "[name=code]", "123456"],
                    ["fits"],
                    ["click", ".o_member_confirm_code button"],
                    ["click", ".o_member_download button"],
                    ["pause", 4000],
                    ["click", "a[href$=privacy]", "Back"],
                    ["click", "a[href$='privacy/delete']"],
                    ["see", "main", "Points ledger"],
                    ["fits"],
                    ["type", "[name=word]", "delete"],
                    ["click", ".o_member_erase button"],
                    ["see", "h1", "Your data are deleted"],
                    ["open", HOME],
                    ["see", "a[name=login]"],
                ]
            )
        self.assertFalse(self.partner.email)
        self.assertFalse(self.device.exists())
        requests = self.env["crm.privacy.request"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(set(requests.mapped("kind")), {"access", "erase"})


@tagged("post_install", "-at_install")
class TestMemberJourneyWide(MemberJourneyCase):
    """The same in Thai on a large screen, with one's own data at the end."""

    width = 1280
    browser_size = "1280x900"

    def test_thai(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.walk(
            [
                ["open", HOME],
                ["see", ".o_member_balance strong", "500"],
                ["fits"],
                ["click", ".o_member_tabs a[href$=history]"],
                ["see", ".o_member_entries", str(self.today.year + 543)],
                ["click", ".o_member_tabs a[href$=rewards]"],
                ["click", f"[data-reward='{self.shared.id}'] a"],
                ["click", ".o_member_once button"],
                ["see", ".o_member_code_text", "SAVE10"],
                ["click", ".o_member_copy"],
                ["see", ".o_member_copy .o_after"],
                ["click", ".o_member_tabs a[href$=more]"],
                ["click", ".o_member_links a[href$=profile]"],
                ["type", "[name=nickname]", "นก"],
                ["type", "[name=birthdate]", "21/11/2533"],
                ["fits"],
                ["click", ".o_member_profile button"],
                ["see", "[role=status].o_success"],
            ],
            lang="th_TH",
        )
        self.assertEqual(self.partner.nickname, "นก")
        self.assertEqual(str(self.partner.birthdate), "1990-11-21")
