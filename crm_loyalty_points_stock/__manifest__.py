{
    "name": "Points of Returned Goods",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Goods that come back to the warehouse take their points along",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_loyalty_points", "sale_stock"],
    "data": [
        "views/crm_branch_views.xml",
        "views/stock_return_picking_views.xml",
    ],
    "auto_install": True,
}
