from odoo import fields, models


class CrmOrderReturn(models.Model):
    """A return of an imported file that was taken back from an order line.

    The key makes a return happen once, however often its file is imported.
    """

    _name = "crm.order.return"
    _description = "Imported Return"
    _order = "date desc, id desc"
    _rec_name = "number"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    source = fields.Char(required=True)
    number = fields.Char(required=True)
    position = fields.Integer(
        required=True, help="Place of the row among the rows of its number."
    )
    date = fields.Datetime(required=True)
    order_line_id = fields.Many2one(
        "sale.order.line", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(related="order_line_id.order_id")
    product_id = fields.Many2one(related="order_line_id.product_id")
    quantity = fields.Float(digits="Product Unit", required=True)

    _line_uniq = models.UniqueIndex(
        "(company_id, source, number, position, order_line_id)",
        "This return is known already.",
    )
