"""The errors a user can meet, each with the exit code a shell or DVC sees."""


class PipelineError(Exception):
    """Base of all errors that are explained to the user instead of traced back."""

    exit_code = 1


class InputError(PipelineError):
    """The data or the parameters are wrong; running again will not help."""

    exit_code = 2


class MissingResourceError(PipelineError):
    """Something the environment must provide (a model, a font, a device) is not there."""

    exit_code = 3


class TryAgainError(PipelineError):
    """A passing fault (disk full, connection broken); earlier work is kept."""

    exit_code = 75
