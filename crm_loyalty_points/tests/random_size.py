import os

# How many random sequences a test plays.
SEQUENCES = 200 if os.environ.get("CRM_SUITE_FULL") else 20
