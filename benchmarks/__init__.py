"""How fast each part is, beside a yardstick that is timed in the same run: python -m benchmarks [--only NAME]."""

from pipeline.common.reproducible import fix_threads

fix_threads()  # the same number of threads as the stages, also for the yardsticks
