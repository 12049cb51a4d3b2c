"""The tables that stages pass on: every Parquet file with its columns, its reader and its writer."""
