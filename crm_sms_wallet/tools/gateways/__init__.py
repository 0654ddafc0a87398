from . import base
from . import generic_http
from . import mapping
from . import simulator
from . import transport
