from ast import literal_eval
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.crm_segments.wizard import crm_customer_search

from .common_search import SearchCase


@tagged("post_install", "-at_install")
class TestCustomerSearch(SearchCase):
    """A shopkeeper fills in a form and wants people, not conditions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = new_test_user(
            cls.env, "search_viewer", "crm_segments.crm_segments_group_viewer"
        )
        cls.editor = new_test_user(
            cls.env, "search_editor", "crm_segments.crm_segments_group_editor"
        )
        cls.female, cls.male = cls.partners.create(
            [
                {"name": "Zuza Amdee", "gender": "female"},
                {"name": "Zuza Prem", "gender": "male"},
            ]
        )

    def test_words(self):
        search = self.fill({"gender_ids": ["female", "male"], "age_from": 20})
        self.assertEqual(search.sentence, "Gender: Female or Male, and Age: from 20")
        search.match = "any"
        self.assertEqual(search.sentence, "Gender: Female or Male or Age: from 20")
        search.block_ids = [Command.create({"joiner": "not", "text": "Zuza"})]
        self.assertIn("] but not [Name, number or phone: “Zuza”]", search.sentence)
        self.assertEqual(self.searches.create({}).sentence, "All customers")

    def test_ready_filters_work(self):
        """Those of the customers list that ask about orders."""
        view = self.env.ref("crm_segments.res_partner_view_search_customer")
        arch = etree.fromstring(self.partners.get_view(view.id, "search")["arch"])
        asked = 0
        for node in arch.xpath("//filter[@domain] | //field[@filter_domain]"):
            text = node.get("domain") or node.get("filter_domain")
            if "order" not in text:
                continue
            domain = safe_eval(text, {"self": "Tea", "uid": self.env.uid})
            with self.subTest(filter=node.get("name"), label=node.get("string")):
                self.partners.search(domain, limit=1)
                asked += 1
        self.assertGreaterEqual(asked, 7)

    def test_empty_form_finds_everybody(self):
        search = self.searches.create({})
        self.assertEqual(search.domain, "[]")
        self.assertEqual(
            search.customer_count,
            self.env["res.partner"].search_count([("member_number", "!=", False)]),
        )
        self.assertNotIn(
            "crm_customer_search", search.action_show_customers()["context"]
        )

    def test_show_customers(self):
        search = self.fill({"text": "zuza", "gender_ids": ["female"]})
        self.assertEqual(search.customer_count, 1)
        context = search.action_show_customers()["context"]
        facet = context["crm_customer_search"]
        self.assertEqual(facet["description"], search.sentence)
        found = self.env["res.partner"].search(literal_eval(facet["domain"]))
        self.assertEqual(found, self.female)

    def test_form_counts_while_it_is_filled(self):
        """As the browser asks, before anything is saved."""
        form = Form(self.searches, view="crm_segments.crm_customer_search_view_form")
        form.text = "zuza"
        self.assertEqual(form.customer_count, 2)
        form.gender_ids = self.choices("gender", ["male"])
        self.assertEqual(form.customer_count, 1)
        with form.block_ids.new() as block:
            block.joiner = "or"
            block.text = "zuza amdee"
        self.assertEqual(form.customer_count, 2)
        self.assertIn("] or [", form.sentence)
        self.assertEqual(form.save().customer_count, 2)

    def test_opens_as_it_was_left(self):
        searches = self.searches.with_user(self.viewer)
        first = searches.browse(searches.action_open()["res_id"])
        first.text = "zuza"
        first.block_ids = [Command.create({"text": "prem"})]
        self.assertEqual(searches.action_open()["res_id"], first.id)
        cleared = searches.browse(first.action_clear()["res_id"])
        self.assertEqual((cleared.text, cleared.domain), (False, "[]"))

    def test_slow_count_gives_up(self):
        search = self.fill({"text": "zuza"})
        self.patch(type(self.env["res.partner"]), "search_count", self._sleep)
        search.invalidate_recordset()
        with patch.object(crm_customer_search, "COUNT_SECONDS", 1):
            self.assertEqual(search.customer_count, -1)
        self.env.cr.execute("SELECT 1")

    @staticmethod
    def _sleep(partners, *_args, **_kwargs):
        partners.env.cr.execute("SELECT pg_sleep(30)")

    # -- rights ----------------------------------------------------------------------

    def test_viewer_searches_and_does_not_save(self):
        search = self.fill({"text": "zuza", "segment_name": "Z"})
        search = search.with_user(self.viewer).create({"text": "zuza"})
        self.assertEqual(search.customer_count, 2)
        with self.assertRaises(AccessError):
            search.action_name_segment()
        with self.assertRaises(AccessError):
            search.action_save_segment()

    def test_editor_saves(self):
        search = self.searches.with_user(self.editor).create({"order_count_from": 1})
        search.action_name_segment()
        search.segment_name = "Buyers"
        action = search.action_save_segment()
        segment = self.env["crm.segment"].browse(action["res_id"])
        self.assertEqual(segment.description, search.sentence)
        with self.assertRaisesRegex(UserError, "in common"):
            search.create({}).action_name_segment()

    def test_searches_of_others(self):
        search = self.searches.with_user(self.viewer).create({"text": "zuza"})
        with self.assertRaises(AccessError):
            search.with_user(self.editor).read(["text"])

    def test_choices_speak_the_users_language(self):
        self.env["res.lang"]._activate_lang("th_TH")
        choices = self.env["crm.search.choice"]
        self.assertEqual(
            choices.name_search("femal"),
            [(self.choices("gender", ["female"]).id, "Female")],
        )
        labels = dict(
            self.env["res.partner"]
            .with_context(lang="th_TH")
            ._fields["gender"]
            ._description_selection(self.env(context={"lang": "th_TH"}))
        )
        female = self.choices("gender", ["female"]).with_context(lang="th_TH")
        self.assertEqual(female.name, labels["female"])


@tagged("post_install", "-at_install")
class TestCustomerSearchTour(HttpCase):
    """Fill in, see the count, show the customers, save them as a segment."""

    def test_tour(self):
        partners = self.env["res.partner"].with_context(crm_customer=True)
        partners.create(
            [
                {"name": "Zuza Amdee", "gender": "female", "birthdate": "1990-01-01"},
                {"name": "Zuza Prem", "gender": "male", "birthdate": "1990-01-01"},
            ]
        )
        self.start_tour(
            "/odoo/crm-customers", "crm_segments_customer_search", login="admin"
        )
        segment = self.env["crm.segment"].search([("name", "=", "Tour Zuzas")])
        self.assertEqual(segment.kind, "dynamic")
        self.assertIn("zuza", segment.domain)
