import hashlib
import os
import random
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_recipients import CampaignCase

MANY = 50_000 if os.environ.get("CRM_SUITE_FULL") else 500
EXAMPLES = 100 if os.environ.get("CRM_SUITE_FULL") else 6

# A customer as hypothesis draws one: phone, consents said in order, stopped or not.
PHONES = ("", "0811111111", "0822222222", "0933333333", "021234567", "+14155552671")
PERSON = st.tuples(
    st.sampled_from(PHONES), st.lists(st.booleans(), max_size=2), st.booleans()
)


def fraction(seed, partner_id):
    """The draw as the documentation has it: the first four bytes of an MD5."""
    digest = hashlib.md5(f"{seed}:{partner_id}".encode()).hexdigest()
    return int(digest[:8], 16) / 16**8


def expected(campaign, partners, agreed, stopped):
    """:return: {customer: (arm, number, skip reason)} by a plain loop"""
    rows, taken = {}, set()
    for partner in partners.sorted("id"):
        number = partner.phone_sanitized or None
        thai = number and number.startswith("+66")
        if not partner.phone:
            reason = "no_number"
        elif not number or thai and not re.fullmatch(r"\+66[689]\d{8}", number):
            reason = "bad_number"
        elif number in stopped:
            reason = "stopped"
        elif partner not in agreed:
            reason = "opted_out"
        elif number in taken:
            reason = "duplicate"
        else:
            reason = "none"
            taken.add(number)
        held = fraction(campaign.salt, partner.id) * 100 < campaign.holdout_percent
        rows[partner] = ("holdout" if held else "treated", number, reason)
    return rows


@tagged("post_install", "-at_install")
class TestRecipients(CampaignCase):
    """Nobody who said no, nobody twice, and the same people held out each time."""

    def assertAsByHand(self, campaign, partners, agreed, stopped):
        found = {
            partner: (arm, number or None, reason)
            for partner, (arm, _text, number, reason) in self.rows(campaign).items()
        }
        self.assertEqual(found, expected(campaign, partners, agreed, stopped))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        people=st.lists(PERSON, min_size=1, max_size=8),
        percent=st.sampled_from([0, 10, 50, 90]),
    )
    def test_as_a_plain_loop(self, people, percent):
        partners = self.customers(len(people), 100, agreed=False)
        agreed = partners.browse()
        stopped = set()
        for partner, (phone, said, stop) in zip(partners, people, strict=True):
            partner.phone = phone
            for given_now in said:
                partner._crm_record_consent("marketing_sms", given=given_now)
            if said and said[-1]:
                agreed |= partner
            if stop and partner.phone_sanitized:
                stopped.add(partner.phone_sanitized)
        if stopped:
            self.env["crm.sms.stop"]._stop(self.company, stopped, "manual")
        campaign = self.prepared(partners, holdout_percent=percent)
        self.assertAsByHand(campaign, partners, agreed, stopped)
        reached = [row for row in self.rows(campaign).values() if row[3] == "none"]
        self.assertEqual(
            campaign.treated_count, len([r for r in reached if r[0] == "treated"])
        )
        self.assertEqual(len(self.messages(campaign)), campaign.treated_count)
        self.env["crm.sms.stop"].search([("company_id", "=", self.company.id)]).unlink()
        self.messages(campaign).unlink()
        campaign.unlink()
        partners.unlink()

    def test_many_in_one_campaign(self):
        partners = self.customers(MANY, 10_000)
        numbers = partners[: MANY // 10]
        for one, two in zip(numbers[::2], numbers[1::2], strict=False):
            two.phone = one.phone
        domain = [["name", "=like", "Guest %"], ["id", "in", partners.ids]]
        campaign = self.campaign(holdout_percent=10, customer_domain=domain)
        campaign._begin_prepare()
        campaign._prepare(float("inf"), commit=False)
        self.assertAsByHand(campaign, partners, partners, set())
        self.assertEqual(campaign.chosen_count, MANY)
        self.assertEqual(campaign.sms_messages, campaign.treated_count)
        self.assertEqual(
            campaign.sms_parts, sum(self.messages(campaign).mapped("parts"))
        )

    def test_whole_filtered_result(self):
        domain = [("name", "=like", "Guest %")]
        chosen = self.env["res.partner"].with_context(
            active_model="res.partner",
            active_ids=self.people[:1].ids,
            active_domain=domain,
            crm_whole_result=domain,
        )
        action = chosen.action_crm_send_sms()
        campaign = self.campaigns.with_context(**action["context"]).create(
            {"subject": "Test", "body_plaintext": "Hello {optout}"}
        )
        campaign.action_prepare()
        self.assertEqual(campaign.chosen_count, len(self.people))
        self.assertEqual(campaign.customer_user_id, self.env.user)

    def test_ticked(self):
        chosen = self.env["res.partner"].with_context(
            active_model="res.partner", active_ids=self.people[:2].ids
        )
        action = chosen.action_crm_send_sms()
        campaign = self.campaigns.with_context(**action["context"]).create(
            {"subject": "Test", "body_plaintext": "Hello {optout}"}
        )
        campaign.action_prepare()
        self.assertEqual(set(self.rows(campaign)), set(self.people[:2]))

    def test_segments(self):
        segments = self.env["crm.segment"].create(
            [
                {
                    "name": f"Part {number}",
                    "company_id": self.company.id,
                    "domain": repr([("id", "in", part.ids)]),
                }
                for number, part in enumerate((self.people[:5], self.people[4:6]))
            ]
        )
        segments._refresh_all()
        campaign = self.campaign(
            recipient_choice="segments",
            include_segment_ids=segments[0].ids,
            exclude_segment_ids=segments[1].ids,
        )
        campaign.action_prepare()
        self.assertEqual(set(self.rows(campaign)), set(self.people[:4]))
        again = campaign.copy()
        self.assertEqual(again.include_segment_ids, segments[0])
        self.assertEqual(
            (again.prepare_state, again.salt == campaign.salt), ("none", False)
        )
        campaign.include_segment_ids = segments
        self.assertEqual(campaign.prepare_state, "stale")
        campaign.exclude_segment_ids = False
        campaign.action_prepare()
        self.assertEqual(set(self.rows(campaign)), set(self.people[:6]))

    def test_nobody(self):
        with self.assertRaisesRegex(UserError, "Choose a segment"):
            self.campaign(recipient_choice="segments").action_prepare()
        campaign = self.prepared(self.people.browse())
        self.assertEqual(campaign.chosen_count, 0)
        with self.assertRaisesRegex(UserError, "Nobody would get"):
            campaign.action_confirm_send()

    def test_first_of_a_number_counts_even_held_out(self):
        """The telephone of somebody who is held out stays silent."""
        one, two = self.people[:2]
        two.phone = one.phone
        campaign = self.campaign(one | two, holdout_percent=50)
        while fraction(campaign.salt, one.id) >= 0.5:
            campaign = self.campaign(one | two, holdout_percent=50)
        campaign.action_prepare()
        self.assertEqual(self.rows(campaign)[two][3], "duplicate")
        self.assertFalse(self.messages(campaign))

    def test_arms_stay(self):
        campaign = self.prepared(holdout_percent=40)
        before = self.rows(campaign)
        campaign.body_plaintext = "Other text"
        campaign.action_prepare()
        self.assertEqual(self.rows(campaign), before)
        held = {p for p, row in before.items() if row[0] == "holdout"}
        self.assertFalse(
            self.messages(campaign).partner_id & self.people.browse(p.id for p in held)
        )

    def test_texts_share(self):
        share = [{"text": "A {nickname}", "share": 70}, {"text": "B", "share": 30}]
        partners = self.customers(200, 1000)
        campaign = self.prepared(
            partners, variant_ids=[(0, 0, values) for values in share]
        )
        rows = self.rows(campaign)
        for partner, (_arm, letter, _number, _reason) in rows.items():
            drawn = fraction(f"{campaign.salt}:text", partner.id) * 100
            self.assertEqual(letter, "A" if drawn < 70 else "B")
        texts = self.messages(campaign).mapped("text")
        self.assertEqual(
            texts.count("B"), len([r for r in rows.values() if r[1] == "B"])
        )
        campaign.variant_ids[0].text = "A"
        campaign.action_prepare()
        self.assertEqual(self.rows(campaign), rows)

    def test_shares_make_a_whole(self):
        share = [(0, 0, {"text": "A", "share": 70})]
        with self.assertRaisesRegex(UserError, "100 percent"):
            self.campaign(variant_ids=share)

    def test_company_apart(self):
        """Neither customers nor segments nor stops of another company count."""
        other = self.env["res.company"].create({"name": "Other shop"})
        foreign = self.customers(2, 500, company_id=other.id)
        self.env["crm.sms.stop"]._stop(
            other, self.people.mapped("phone_sanitized"), "manual"
        )
        campaign = self.prepared(self.people | foreign)
        self.assertEqual(campaign.chosen_count, len(self.people))
        self.assertEqual(campaign.treated_count, len(self.people))
        segment = self.env["crm.segment"].create(
            {"name": "Foreign", "company_id": other.id}
        )
        with self.assertRaisesRegex(UserError, "another company"):
            campaign.include_segment_ids = segment

    def test_conditions_are_searched_as_who_wrote_them(self):
        campaign = self.campaign()
        self.assertEqual(campaign.customer_user_id, self.env.user)
        officer = self.env["res.users"].create(
            {
                "name": "Officer",
                "login": "campaign-officer",
                "company_ids": self.company.ids,
                "company_id": self.company.id,
                "group_ids": [
                    (4, self.env.ref("crm_segments.crm_segments_group_officer").id)
                ],
            }
        )
        campaign.with_user(officer).customer_domain = [
            ["id", "in", self.people[:1].ids]
        ]
        self.assertEqual(campaign.customer_user_id, officer)
        campaign.action_prepare()
        self.assertEqual(set(self.rows(campaign)), set(self.people[:1]))
        officer.active = False
        with self.assertRaisesRegex(UserError, "may not see them any more"):
            campaign.action_prepare()

    def test_random_choice_is_even(self):
        rng = random.Random(7)
        ids = rng.sample(range(10**6), 4000)
        share = sum(fraction("salt", id_) < 0.2 for id_ in ids) / len(ids)
        self.assertAlmostEqual(share, 0.2, delta=0.03)
