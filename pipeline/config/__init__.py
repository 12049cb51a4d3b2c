"""params.yaml as typed, checked values; the stages and the experiments read it, the library never does."""
