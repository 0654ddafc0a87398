from . import test_redeem_races
