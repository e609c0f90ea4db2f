"""Where the program starts: it loads what the commands need, so that an interruption meanwhile is no traceback."""

import sys

INTERRUPTED = 130
"""Exit code of a command that was interrupted from the keyboard."""


def run() -> None:
    """Load the command line and run it; interrupted while it loads, it ends without a word."""
    try:
        from havre.cli.main import run as run_commands

        run_commands()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.exit(INTERRUPTED)
