from . import loyalty_card
from . import pos_order_receipt
from . import loyalty_program_till
from . import product_template_till
from . import res_company_till
