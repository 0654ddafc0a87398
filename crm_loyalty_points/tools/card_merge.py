def redirect_quotations(cards, survivor_id):
    """Let quotations that mean `cards` mean the card that replaces them.

    Confirmed orders keep the card they were made with: their entries stand there.
    """
    env = cards.env
    survivor = cards.browse(survivor_id)
    open_order = ("order_id.state", "in", ("draft", "sent"))
    counts = env["sale.order.coupon.points"].sudo()
    for count in counts.search([("coupon_id", "in", cards.ids), open_order]):
        same = count.order_id.coupon_point_ids.filtered(
            lambda other: other.coupon_id == survivor
        )
        if same:
            # What the order earns is counted again when it is confirmed.
            count.unlink()
        else:
            count.coupon_id = survivor
    lines = env["sale.order.line"].sudo()
    lines.search([("coupon_id", "in", cards.ids), open_order]).coupon_id = survivor
    orders = env["sale.order"].sudo().search([("applied_coupon_ids", "in", cards.ids)])
    for order in orders.filtered(lambda order: order.state in ("draft", "sent")):
        order.applied_coupon_ids = (order.applied_coupon_ids - cards) | survivor
