"""Install, run, test and check the suite.

First half (standard library only): find or fetch Odoo, PostgreSQL and the Python
packages. Second half (inside the private environment): databases and servers.
"""
