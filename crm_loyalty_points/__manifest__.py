{
    "name": "Loyalty Points Ledger",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "An append-only points ledger under Odoo's own loyalty programmes",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_segments", "sale_loyalty", "portal"],
    "data": [
        "security/ir.model.access.csv",
        "security/loyalty_point_security.xml",
        "views/product_template_views.xml",
        "views/loyalty_program_views.xml",
    ],
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
