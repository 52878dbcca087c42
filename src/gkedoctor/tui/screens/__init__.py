"""The screens, one a file. They ask `tui.model` what to show, and decide nothing about clusters."""
