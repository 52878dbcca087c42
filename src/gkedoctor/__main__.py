"""`python -m gkedoctor`."""

from gkedoctor.cli.app import main

main()
