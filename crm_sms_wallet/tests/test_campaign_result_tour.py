from odoo.tests import HttpCase, tagged

from .common_campaign import CampaignCase


@tagged("post_install", "-at_install")
class TestCampaignResultTour(CampaignCase, HttpCase):
    """The page a shop opens to see what a campaign brought."""

    # room for every menu: what does not fit hides behind a plus
    browser_size = "1920x1080"

    def test_result(self):
        people, others = self.customers(60), self.customers(30)
        mailing = self.campaign(people, others, subject="Tea for two")
        for person in people[:35]:
            self.buy(person)
        for person in others[:3]:
            self.buy(person)
        self.measure(mailing)
        self.start_tour("/odoo/campaign-results", "crm_campaign_result", login="admin")

    def test_nothing_sent(self):
        self.env["crm.campaign.result"].search([]).unlink()
        self.start_tour(
            "/odoo/campaign-results", "crm_campaign_result_empty", login="admin"
        )
