from odoo.tests import TransactionCase, tagged

from ..demo import loader


@tagged("standard", "post_install", "-at_install")
class TestLineDemo(TransactionCase):
    """The demo's records do nothing until what stands in for LINE is there: keys that
    are not the shop's own go nowhere."""

    def test_is_loaded_once(self):
        self.assertFalse(loader.load(self.env), "no demo shop, or loaded already")

    def test_sleeps(self):
        self.env["crm.line.channel"].search([]).active = False
        branch = self.env["crm.branch"].create(
            {"name": "Bangkok", "company_id": self.env.company.id}
        )
        loading = loader._Loader(self.env(su=True), branch)
        loading.load()
        shop = self.env["crm.lineshopping.shop"].search([("api_key", "=", loader.KEY)])
        self.assertEqual(shop.mapped("state"), ["paused"])
        self.assertFalse(loading.channel.active)
        self.assertFalse(self.env["crm.line.channel"]._of_company())

    def test_temporary_records_go(self):
        """Nothing of ours stands in the way of the nightly cleaning."""
        names = [
            name
            for name, model in self.env.registry.items()
            if model._transient and name.startswith(("crm.line", "crm.lineshopping"))
        ]
        self.assertTrue(names)
        for name in names:
            self.env[name]._transient_vacuum()
