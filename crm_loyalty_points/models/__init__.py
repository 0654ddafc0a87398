from . import product_template
from . import loyalty_rule
from . import loyalty_program
from . import sale_order
