"""How fast every part is, each beside a yardstick timed in the same run: python -m benchmarks [--only NAME]."""

from pipeline.common.reproducible import fix_threads

fix_threads()  # the stages' number of threads, for the yardsticks too
