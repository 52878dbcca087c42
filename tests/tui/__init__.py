"""Tests of the screen, by what it shows and by what keys do."""
