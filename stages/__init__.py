"""Thin entry points, one for each stage: read parameters and inputs, call the library, write outputs and a record."""

from pipeline.common.reproducible import fix_threads

fix_threads()  # before a stage imports any numeric library
