{
    "name": "Customers at the Till",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "Orders of the till count in the customers' figures and branches",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_segments", "pos_sale"],
    "data": [
        "security/ir.model.access.csv",
        "views/pos_config_views.xml",
        "views/pos_order_views.xml",
        "views/res_partner_views.xml",
    ],
    "auto_install": True,
}
