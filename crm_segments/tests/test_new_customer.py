from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged

QUICK = "crm_segments.res_partner_view_form_customer_quick"


@tagged("post_install", "-at_install")
class TestNewCustomer(TransactionCase):
    """Somebody new stands at the counter (P2): under five fields, nothing typed twice,
    and whoever was here before is recognised."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.th")
        cls.partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.known = cls.partners.create(
            {
                "name": "สมหญิง ใจดีมาก",
                "phone": "081 234 5678",
                "email": "known@example.com",
            }
        )

    def form(self, **context):
        return Form(self.partners.with_context(**context), view=QUICK)

    # -- what was searched for -------------------------------------------------------

    def test_typed_text_is_filled_in(self):
        for typed, fname in [
            ("0899998888", "phone"),
            ("+66 89 999 8888", "phone"),
            ("  สมชาย ทองดี ", "name"),
            ("new@example.com", "email"),
            ("M0001", "name"),
        ]:
            form = self.form(crm_typed=typed)
            if fname == "phone":
                self.assertEqual(form.phone, "+66 89 999 8888", typed)
            else:
                self.assertEqual(form[fname], typed.strip())
            others = {"phone", "name", "email"} - {fname}
            self.assertFalse([name for name in others if form[name]], typed)
            if fname != "email":
                self.assertTrue(form.save().member_number)
        self.assertFalse(self.form(crm_typed="").name)
        self.assertFalse(self.form().name)

    def test_few_fields(self):
        fields = self.form()._view["fields"]
        asked = set(fields) - {"id", "type", "duplicate_ids", "display_name"}
        asked -= {"thai_address", "country_id"}
        # what the postcode fills in
        asked -= {"zip", "postcode_place_id", "subdistrict", "city", "state_id"}
        self.assertEqual(asked, {"phone", "name", "nickname", "email"})

    # -- who is known already --------------------------------------------------------

    def test_same_phone_or_email(self):
        form = self.form()
        form.phone = "+66812345678"
        self.assertIn(self.known, form.duplicate_ids[:])
        form.phone = "+66812345679"
        self.assertFalse(form.duplicate_ids[:])
        form.email = "Known@Example.com"
        self.assertIn(self.known, form.duplicate_ids[:])
        form.save()  # never blocked

    def test_similar_name(self):
        if not self.registry.has_trigram:
            self.skipTest("pg_trgm is not installed")
        for name in [
            "สมหญิง ใจดีมาก",
            "ใจดีมาก สมหญิง",
            "สมหญิง ใจดีมา",
            "สมหญิงใจดีมาก",
            "สมหญิง  ใจดีมากก",
        ]:
            form = self.form()
            form.name = name
            self.assertIn(self.known, form.duplicate_ids[:], name)
        for name in ["สมชาย ใจดีมาก", "สมหญิง ทองแท้", "สม", "%%%%%", "0812345"]:
            form = self.form()
            form.name = name
            self.assertNotIn(self.known, form.duplicate_ids[:], name)

    def test_surest_first_and_at_most_five(self):
        same = [{"name": "สมหญิง ใจดีมาก"} for _number in range(7)]
        self.partners.create(same)
        by_mail = self.partners.create({"name": "Z", "email": "two@example.com"})
        partner = self.partners.new(
            {
                "name": "สมหญิง ใจดีมาก",
                "phone": "0812345678",
                "email": "two@example.com",
                "country_id": self.env.ref("base.th").id,
            }
        )
        found = partner.duplicate_ids
        self.assertEqual(len(found), 5)
        self.assertEqual(found[:2]._origin, self.known | by_mail)

    def test_not_its_own_duplicate(self):
        self.partners.create({"name": "C", "parent_id": self.known.id})
        self.assertFalse(self.known.duplicate_ids)

    def test_other_company(self):
        self.known.company_id = self.env["res.company"].create({"name": "Other"})
        group = "crm_segments.crm_segments_group_officer"
        officer = new_test_user(self.env, "o", group)
        form = Form(self.partners.with_user(officer), view=QUICK)
        form.phone = "+66812345678"
        form.name = "สมหญิง ใจดีมาก"
        self.assertFalse(form.duplicate_ids[:])


@tagged("post_install", "-at_install")
class TestNewCustomerTour(HttpCase):
    def test_tours(self):
        self.env.company.country_id = self.env.ref("base.th")
        partners = self.env["res.partner"].with_context(crm_customer=True)
        known = partners.create({"name": "Newtour Known", "phone": "+66 89 777 1234"})
        self.start_tour(
            "/odoo/crm-customers", "crm_segments_new_customer", login="admin"
        )
        new = partners.search([("phone_sanitized", "=", "+66898887777")])
        self.assertEqual(new.name, "+66 89 888 7777")
        self.assertTrue(new.member_number)
        self.assertEqual(
            partners.search_count([("phone_sanitized", "=", known.phone_sanitized)]), 1
        )

    def test_on_a_phone(self):
        self.browser_size = "375x667"
        self.touch_enabled = True
        self.start_tour(
            "/odoo/crm-customers", "crm_segments_new_customer_mobile", login="admin"
        )
        self.assertTrue(self.env["res.partner"].search([("name", "=", "Mobiltour X")]))
