"""What every part of the pipeline uses: errors, files, paths, parameters, progress."""
