from odoo import api, models

from odoo.addons.crm_loyalty_points.tools.basket_adapter import BasketAdapter
from odoo.addons.crm_loyalty_points.tools.customer_facts import read_facts


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def get_till_facts(self, partner_id, config_id):
        """What the conditions of a till's programmes ask about a customer, and nothing
        else. Called by the till.

        :return: {"tiers", "tags", "segments": [ids], "birthMonth": 1 to 12 or False,
            "firstOrder": bool, "earned", "earnedToday": {programme id: points}}
        """
        config = self.env["pos.config"].search([("id", "=", config_id)])
        partner = self.search([("id", "=", partner_id)])
        if not config or not partner:
            return {}
        company = config.company_id
        programs = config.sudo()._get_program_ids().with_company(company)
        basket = programs._make_basket([], partner=partner)
        adapter = BasketAdapter(basket, company.sudo())
        counted = programs.filtered(lambda program: program._is_engine_program())
        facts = read_facts(adapter, programs._get_till_needs(), counted)
        return {
            "tiers": sorted(facts.tiers),
            "tags": sorted(facts.tags),
            "segments": sorted(facts.segments),
            "birthMonth": facts.birth_month or False,
            "firstOrder": bool(facts.first_order),
            "earned": {key: float(value) for key, value in facts.earned.items()},
            "earnedToday": {
                key: float(value) for key, value in facts.earned_today.items()
            },
        }
