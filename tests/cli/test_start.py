"""An interruption while the command line is loaded, or between two of its steps, is no traceback."""

import sys

import pytest

from havre.cli import start


class Interrupting:
    """A module that somebody interrupts while it is loaded."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


def test_an_interruption_while_loading_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "havre.cli.main", Interrupting())
    with pytest.raises(SystemExit) as ended:
        start.run()
    assert ended.value.code == start.INTERRUPTED
    assert capsys.readouterr() == ("", "\n")
