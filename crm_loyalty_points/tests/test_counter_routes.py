import json
from unittest.mock import patch
from uuid import uuid4

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .counter_common import CounterShop

CALLS = (
    *("find", "member", "products", "preview", "give", "rewards", "redeem"),
    *("code", "use", "check_in", "undo", "today"),
)


@tagged("post_install", "-at_install")
class TestCounterRoutes(CounterShop, HttpCase):
    """Every route of the counter, called by whoever should not: none answers with
    anything about a member, and none changes anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_counter()
        cls.shop.counter_visits = True
        cls.coffee = cls.make_reward()
        cls.give_points(cls.card, 150)
        cls.ref = cls.card.with_user(cls.anna).sudo()._get_counter_ref()

    def call(self, path, headers=None, **params):
        """:return: the answer of a call: result, or {"error": name, "message": text}"""
        response = self.url_open(
            f"/counter/call/{path}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        answer = response.json()
        if "error" in answer:
            data = answer["error"]["data"]
            return {"error": data["name"], "message": data["message"]}
        return answer["result"]

    def attempt(self, path, **params):
        """Call a route with what would be right for Anna."""
        with mute_logger("odoo.http"):
            return self.call(
                path,
                **{
                    "branch": self.silom.id,
                    **self.right_params(path),
                    **params,
                },
            )

    def right_params(self, path):
        member = {"member": self.ref}
        keyed = {"key": uuid4().hex}
        return {
            "find": {"text": "0812345678"},
            "member": member,
            "products": {"text": "Cup"},
            "preview": {**member, "amount": "100", "bill": "X"},
            "give": {**member, **keyed, "amount": "100", "bill": uuid4().hex},
            "rewards": member,
            "redeem": {**member, **keyed, "reward": self.coffee.id},
            "code": {"code": self.card.code},
            "use": {**keyed, "code": "NOPE"},
            "check_in": {**member, **keyed},
            "undo": {"act": "x"},
            "today": {},
        }[path]

    def assertRefused(self, name="odoo.exceptions.AccessError", **params):
        messages = set()
        for path in CALLS:
            answer = self.attempt(path, **params)
            self.assertEqual(answer.get("error"), name, (path, answer))
            messages.add(answer["message"])
            for told in ("Sri", "Somsri", "Silom", "Free coffee"):
                self.assertNotIn(told, str(answer), path)
        self.assertEqual(len(messages), 1)
        self.assertFalse(self.env["crm.counter.act"].search([]))
        self.card.invalidate_recordset()
        self.assertEqual(self.card.points, 150)

    def test_every_route_is_covered(self):
        paths = {
            str(rule).rpartition("/")[2]
            for rule in self._get_rules()
            if str(rule).startswith("/counter/call/")
        }
        self.assertEqual(paths, set(CALLS))

    def _get_rules(self):
        modules = self.env.registry._init_modules
        rules = self.env["ir.http"]._generate_routing_rules(
            sorted(modules), self.env["ir.http"]._get_converters()
        )
        return [url for url, _endpoint in rules]

    def test_without_login(self):
        self.authenticate(None, None)
        self.assertRefused("odoo.http.SessionExpiredException")
        response = self.url_open("/counter", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_without_the_group(self):
        user = new_test_user(
            self.env,
            "portal",
            groups="base.group_portal",
            password="portal",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.env["crm.branch.staff"].create(
            {"user_id": user.id, "branch_ids": self.silom.ids}
        )
        self.authenticate("portal", "portal")
        self.assertRefused()
        self.assertEqual(self.url_open("/counter").status_code, 403)
        self.assertNotIn('href="/counter"', self.url_open("/my").text)

    def test_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        branch = self.env["crm.branch"].create(
            {"name": "Elsewhere", "company_id": other.id}
        )
        self.env["crm.shop"].with_company(other).create({})
        self.make_staff("eve", branch)
        self.authenticate("eve", "eve")
        self.assertRefused()
        page = self.url_open(f"/counter/{self.silom.id}")
        self.assertEqual(page.status_code, 403)
        self.assertNotIn("Silom", page.text)

    def test_of_another_branch(self):
        self.make_staff("ben", self.ari)
        self.authenticate("ben", "ben")
        self.assertRefused()

    def test_archived_staff_and_archived_branch(self):
        self.authenticate("anna", "anna")
        self.staff.active = False
        self.assertRefused()
        self.assertEqual(self.url_open("/counter").status_code, 403)
        self.staff.active = True
        self.silom.active = False
        self.assertRefused()

    def test_the_branch_is_chosen_once(self):
        self.staff.branch_ids += self.ari
        self.authenticate("anna", "anna")
        self.assertIn('href="/counter"', self.url_open("/my").text)
        page = self.url_open("/counter").text
        self.assertIn(f'href="/counter/{self.ari.id}"', page)
        self.assertNotIn('id="counter"', page)
        self.url_open(f"/counter/{self.ari.id}")
        self.assertIn(f'data-branch="{self.ari.id}"', self.url_open("/counter").text)
        self.staff.branch_ids -= self.ari
        self.assertIn(f'data-branch="{self.silom.id}"', self.url_open("/counter").text)
        self.assertEqual(self.url_open(f"/counter/{self.ari.id}").status_code, 403)

    def test_the_worker_may_keep_the_page(self):
        response = self.url_open("/counter/worker.js")
        self.assertEqual(response.headers["Service-Worker-Allowed"], "/counter")
        self.assertIn("javascript", response.headers["Content-Type"])

    def test_forged_branches(self):
        self.authenticate("anna", "anna")
        for branch in (None, True, "1", f"{self.silom.id}", -1, 0, [], {"id": 1}, 1.5):
            answer = self.attempt("today", branch=branch)
            self.assertEqual(answer.get("error"), "odoo.exceptions.AccessError", branch)

    def test_a_phone_in_other_hands(self):
        """What Ben did while offline is not sent in Anna's name."""
        ben = self.make_staff("ben", self.silom)[0]
        self.authenticate("anna", "anna")
        answer = self.attempt("today", headers={"X-Counter-User": str(ben.id)})
        self.assertEqual(answer["error"], "odoo.http.SessionExpiredException")
        answer = self.attempt("today", headers={"X-Counter-User": str(self.anna.id)})
        self.assertIn("acts", answer)

    def test_forged_members(self):
        self.authenticate("anna", "anna")
        other = self.make_member("Ben")
        bens = self.shop._get_member_card(other)
        refs = (self.card.id, bens.id, str(bens.id), bens._get_counter_ref(), None, {})
        for path in ("member", "preview", "give", "rewards", "redeem", "check_in"):
            for ref in refs:
                answer = self.attempt(path, member=ref)
                self.assertEqual(answer.get("error"), "odoo.exceptions.UserError", path)
                self.assertNotIn("Ben", str(answer))

    def test_forged_values_are_refused_in_words(self):
        self.authenticate("anna", "anna")
        for amount in (0, -1, "x", None, True, "1e99", "NaN", "0.001", [], {}):
            answer = self.attempt("give", amount=amount)
            self.assertEqual(answer.get("error"), "odoo.exceptions.UserError", amount)
        for key in (None, "", 5, "k" * 500):
            answer = self.attempt("give", key=key)
            self.assertEqual(answer.get("error"), "odoo.exceptions.UserError", key)
        for rows in ([1], [{"id": "1"}], [{"id": 10**9, "quantity": 1}], {"id": 1}):
            answer = self.attempt("give", rows=rows, amount=None)
            self.assertEqual(answer.get("error"), "odoo.exceptions.UserError", rows)
        for reward in (None, "1", 10**9, True, [self.coffee.id]):
            answer = self.attempt("redeem", reward=reward)
            self.assertEqual(answer.get("error"), "odoo.exceptions.UserError", reward)
        self.assertFalse(self.env["crm.counter.act"].search([]))

    def test_a_morning_at_the_counter(self):
        self.authenticate("anna", "anna")
        found = self.attempt("find")["members"]
        self.assertEqual(found[0]["name"], "คุณSri J.")
        ref = found[0]["ref"]
        given = self.attempt("give", member=ref, key="g", bill="B-1")
        self.assertEqual(given["act"]["points"], "+10")
        self.assertEqual(given["balance"], "160")
        again = self.attempt("give", member=ref, key="g", bill="B-1")
        self.assertEqual(again["act"]["key"], "g")
        redeemed = self.attempt("redeem", member=ref)["act"]
        self.assertEqual(redeemed["title"], "Free coffee")
        used = self.attempt("use", code=redeemed["code"], key="u")
        self.assertEqual(used["act"]["member"], "คุณSri J.")
        self.assertEqual(self.attempt("undo", act="u")["act"]["state"], "undone")
        self.assertEqual(self.attempt("check_in", key="v")["act"]["kind"], "visit")
        today = self.attempt("today")
        self.assertEqual(len(today["acts"]), 4)
        self.assertEqual(today["totals"]["redeemed"], "100")
        self.card.invalidate_recordset()
        self.assertEqual(self.card.points, 60)

    def test_a_bill_noted_without_network(self):
        """The member was typed, not looked up: the server does it when it can."""
        self.authenticate("anna", "anna")
        answer = self.attempt("give", member=None, who="081 234 5678", bill="OFF")
        self.assertEqual(answer["act"]["member"], "คุณSri J.")
        answer = self.attempt("give", member=None, who="0899999999", bill="OFF2")
        self.assertIn("No member", answer["refused"])

    def test_a_thousand_random_codes(self):
        """A stolen phone: after the shop's limit the same answer for everything."""
        self.authenticate("anna", "anna")
        self.shop.counter_look_limit = 20
        answers = [self.attempt("code", code=f"R{number}") for number in range(25)]
        self.assertEqual([each.get("wait") for each in answers].count(True), 5)
        throttle = self.env["crm.throttle"].sudo()
        for number in range(1000):
            throttle._note_try("counter", f"user {self.anna.id}", f"C{number}", 10)
        for path in ("find", "code", "use"):
            answer = self.attempt(path)
            self.assertTrue(answer.get("wait"), path)
        answer = self.attempt("give", member=None, who="0812345678")
        self.assertTrue(answer.get("wait"))
        # who is known already is served on
        self.assertEqual(self.attempt("give")["act"]["points"], "+10")

    def test_giving_points_takes_few_queries(self):
        """Row 16: at most 20 queries for the whole request."""
        self.authenticate("anna", "anna")
        self.attempt("give")
        self.card.mapped("code")
        counts = []
        cursor = type(self.env.cr)
        execute = cursor.execute

        def counting(cr, query, *args, **kwargs):
            counts.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", counting):
            self.assertEqual(self.attempt("give")["act"]["points"], "+10")
        self.assertLessEqual(len(counts), 20, "\n".join(counts))
