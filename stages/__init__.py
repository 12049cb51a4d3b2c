"""Thin entry points, one a stage: read parameters and inputs, call the library, write outputs."""

from pipeline.common.runtime import fix_threads

fix_threads()  # before a stage imports any numeric library
