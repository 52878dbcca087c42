"""The command line in the test's own process, as the tests of `cli/` have it."""

from tests.cli.conftest import gkedoctor

__all__ = ["gkedoctor"]
