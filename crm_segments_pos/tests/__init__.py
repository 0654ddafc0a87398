from . import test_pos_metrics
