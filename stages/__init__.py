"""Thin entry points, one for each stage: read parameters and inputs, call the library, write outputs and a record."""

import sys

from pipeline.common.errors import InputError
from pipeline.common.reproducible import fix_threads
from pipeline.common.signals import end_at_once

end_at_once()
try:
    fix_threads()  # before a stage imports any numeric library
except InputError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(error.exit_code) from None
