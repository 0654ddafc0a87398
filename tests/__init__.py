from . import test_redeem_races
from . import test_counter_races
from . import test_same_person_channels
