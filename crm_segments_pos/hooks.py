from odoo.tools import SQL


def pre_init_hook(env):
    """Make the column by hand: orders of the past get no branch, and Odoo would
    compute it order by order."""
    env.cr.execute("ALTER TABLE pos_order ADD COLUMN IF NOT EXISTS branch_id int4")


def post_init_hook(env):
    """Number the customers of the till and count their orders at once."""
    for company in env["res.company"].with_context(active_test=False).search([]):
        rows = env.execute_query(
            SQL(
                """SELECT DISTINCT customer.id
                     FROM pos_order o
                     JOIN res_partner partner ON partner.id = o.partner_id
                     JOIN res_partner customer
                       ON customer.id = partner.commercial_partner_id
                    WHERE o.company_id = %s AND customer.member_number IS NULL""",
                company.id,
            )
        )
        customers = env["res.partner"].browse(id_ for (id_,) in rows)
        nowhere = env["crm.branch"]  # nobody knows where they joined
        customers.with_company(company)._ensure_member_number(nowhere)
    env["crm.customer.metric"]._rebuild()


def uninstall_hook(env):
    """Count everybody again without the till, once it is gone."""
    env["crm.customer.metric.dirty"]._add_pairs([(None, None)])
