from odoo import Command

from odoo.addons.crm_segments.tests.common_shop import ShopCase


class CampaignCase(ShopCase):
    """Campaigns as they are after the messages have left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.results = cls.env["crm.campaign.result"]
        cls.tea = cls.env["product.product"].create(
            {
                "name": "Tea",
                "type": "consu",
                "taxes_id": False,
                "list_price": 100,
                "standard_price": 40,
            }
        )

    @classmethod
    def customers(cls, number, **values):
        return cls.env["res.partner"].create(
            [{"name": f"Customer {i}", **values} for i in range(number)]
        )

    @classmethod
    def campaign(cls, treated, holdout=(), sent_at="2024-05-01 05:00:00", **values):
        """:param treated: res.partner records, or a dict variant: records
        :return: mailing.mailing whose messages left at ``sent_at`` (UTC)"""
        company = values.get("company_id") or cls.company.id
        mailing = cls.env["mailing.mailing"].create(
            {
                "subject": "Buy 1 get 1",
                "mailing_type": "sms",
                "recipient_choice": "customers",
                "company_id": company,
                "body_plaintext": "Tea",
                **values,
            }
        )
        if not isinstance(treated, dict):
            treated = {False: treated}
        rows = [
            {"partner_id": partner.id, "arm": "treated", "variant": variant}
            for variant, partners in treated.items()
            for partner in partners
        ]
        rows += [{"partner_id": partner.id, "arm": "holdout"} for partner in holdout]
        shared = {"mailing_id": mailing.id, "company_id": company}
        cls.env["mailing.assignment"].sudo().create(
            [
                {
                    **shared,
                    "skip_reason": "none",
                    "number": f"+668{10000000 + row['partner_id']}",
                    **row,
                }
                for row in rows
            ]
        )
        cls.message(mailing, [p for ps in treated.values() for p in ps], sent_at)
        mailing.sudo().state = "done"
        return mailing

    @classmethod
    def message(cls, mailing, partners, sent_at, **values):
        """:return: sms.delivery, one per customer"""
        return (
            cls.env["sms.delivery"]
            .sudo()
            .create(
                [
                    {
                        "mailing_id": mailing.id,
                        "company_id": mailing.company_id.id,
                        "partner_id": partner.id,
                        "number": f"+668{10000000 + partner.id}",
                        "text": "Tea",
                        "purpose": "marketing_sms",
                        "state": "delivered",
                        "sent_at": sent_at,
                        "cost": 0.75,
                        **values,
                    }
                    for partner in partners
                ]
            )
        )

    @classmethod
    def buy(cls, customer, when="2024-05-02 05:00:00", quantity=1, price=100, **values):
        """:return: confirmed sale.order dated ``when`` (UTC)"""
        prepared = cls.prepare_order(customer, when, quantity, price, **values)
        return cls.env["sale.order"].create(prepared)

    @classmethod
    def prepare_order(cls, customer, when, quantity, price, **values):
        """:return: dict of a confirmed sale.order; without the work of confirming it,
        which takes longer than all that is measured"""
        product = values.pop("product", cls.tea)
        return {
            "partner_id": customer.id,
            "state": "sale",
            "date_order": when,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                    }
                )
            ],
            **values,
        }

    def measure(self, mailing):
        """:return: crm.campaign.result, counted now"""
        self.env.flush_all()
        result = self.results._measure(mailing)
        self.env.invalidate_all()
        return result
