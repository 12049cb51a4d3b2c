"""Code that every part of the pipeline uses: errors, files, nested mappings, processes, progress, versions."""
