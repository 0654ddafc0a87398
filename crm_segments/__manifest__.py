{
    "name": "Customers and Segments",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Customer profiles, order metrics, customer groups and branches",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["contacts", "sale_management", "phone_validation"],
    "data": [
        "security/crm_segments_groups.xml",
        "security/ir.model.access.csv",
        "views/crm_segments_menus.xml",
    ],
    "application": True,
}
