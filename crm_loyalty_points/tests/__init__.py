from . import test_basket
