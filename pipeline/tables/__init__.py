"""The tables that stages hand on: every Parquet file with its columns, its reader and its writer."""
