"""Sample values: valid arguments and answers of every method, for generated tests and documents."""

from .patterns import matching
from .values import NoSample, SampleFile, answer_of, arguments_of, ending_of

__all__ = ["NoSample", "SampleFile", "answer_of", "arguments_of", "ending_of", "matching"]
