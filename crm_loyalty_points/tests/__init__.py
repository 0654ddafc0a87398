from . import test_basket
from . import test_parity
