from . import line_webhook
from . import member_line_order
from . import member_line
from . import lineshopping_webhook
