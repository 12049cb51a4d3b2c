"""params.yaml as typed, checked values; the stages and the experiments read them, but the library does not."""
