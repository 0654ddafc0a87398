from odoo.tests import TransactionCase, new_test_user, tagged

MODULES = (
    *("crm_segments", "crm_segments_pos", "crm_loyalty_points"),
    *("crm_loyalty_points_pos", "crm_loyalty_points_stock", "crm_sms_wallet"),
    *("crm_lineshopping_connector", "crm_lineshopping_campaigns"),
)
# No shop's own: which sub-district has which postcode.
SHARED = {"crm.postcode"}
# Bare ids that wait for a job; only administrators may look.
QUEUES = {"crm.customer.metric.dirty", "crm.segment.dirty"}


@tagged("standard", "post_install", "-at_install")
class TestCompanyRules(TransactionCase):
    """What is of one company is out of sight of another, whoever looks and whichever
    model comes next."""

    def models(self):
        """:return: list of the suite's own models that are kept"""
        return [
            model
            for model in self.env.values()
            if model._original_module in MODULES
            and not (model._abstract or model._transient)
        ]

    def test_each_model_of_a_company_has_a_rule(self):
        without = {
            model._name
            for model in self.models()
            if "company_id" in model._fields
            and not any(
                "company" in rule.domain_force
                for rule in self.env["ir.rule"].search(
                    [("model_id.model", "=", model._name), ("groups", "=", False)]
                )
            )
        }
        self.assertEqual(without, QUEUES)
        rights = self.env["ir.model.access"].search(
            [("model_id.model", "in", sorted(QUEUES)), ("perm_read", "=", True)]
        )
        self.assertEqual(rights.group_id, self.env.ref("base.group_system"))

    def test_no_company_means_shared_by_all(self):
        names = {model._name for model in self.models()}
        self.assertLessEqual(SHARED, names)
        for name in SHARED:
            self.assertNotIn("company_id", self.env[name]._fields)

    def test_recognised_people(self):
        """Who bought under whose phone number, the candidates and the keys."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        one, two = (
            self.env["res.partner"]
            .with_context(crm_customer=True)
            .create([{"name": "One"}, {"name": "Two"}])
        )
        matches = self.env["crm.customer.match"]
        here, there = (
            matches._add(company, one, "several", two.ids)
            for company in (self.env.company, other)
        )
        keys = self.env["crm.person.key"]
        for company in (self.env.company, other):
            keys._lock(company, ["+66899990000"])
        user = new_test_user(
            self.env,
            "one_company",
            "crm_segments.crm_segments_group_manager,base.group_system",
        )
        for seen, hidden in ((here, there), (here.line_ids, there.line_ids)):
            self.assertTrue(hidden)
            self.assertFalse(hidden.with_user(user).has_access("read"))
            found = seen.with_user(user).search([("id", "in", (seen | hidden).ids)])
            self.assertEqual(found, seen)
        found = keys.with_user(user).search([])
        self.assertEqual(found.company_id, self.env.company)
        self.assertIn(other, found.sudo().search([]).company_id)
