from .tools import person_name


def pre_init_hook(env):
    """Make the columns of large tables by hand.

    Odoo fills new stored computed columns record by record in Python, which takes
    hours for a million contacts. A column that is there already is left alone.
    """
    env.cr.execute(
        """
        ALTER TABLE res_partner
            ADD COLUMN IF NOT EXISTS first_name varchar,
            ADD COLUMN IF NOT EXISTS last_name varchar,
            ADD COLUMN IF NOT EXISTS birth_month varchar;
        ALTER TABLE sale_order ADD COLUMN IF NOT EXISTS branch_id int4;
        """
    )
    query, params = person_name.sql_split()
    env.cr.execute(query, params)


def post_init_hook(env):
    """Give every company its member number sequence, every partner with an order
    its member number, and show their figures at once."""
    companies = env["res.company"].with_context(active_test=False).search([])
    companies._ensure_member_sequence()
    env["res.partner"]._ensure_member_number_of_buyers()
    env["crm.customer.metric"]._rebuild()


def uninstall_hook(env):
    """Remove the number sequences, which belong to nothing else."""
    sequences = env["ir.sequence"].with_context(active_test=False)
    sequences.search([("code", "=", "crm.member.number")]).unlink()
