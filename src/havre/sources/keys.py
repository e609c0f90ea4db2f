"""Where keys of the user come from: the environment, else the system's keyring. They are never printed nor kept."""

from collections.abc import Callable, Mapping

SERVICE = "havre"


def key_finder(environment: Mapping[str, str]) -> Callable[[str], str | None]:
    """Give what finds a key by the name of its variable; ``None`` where there is none."""

    def find(variable: str) -> str | None:
        return environment.get(variable, "").strip() or _from_keyring(variable)

    return find


def _from_keyring(variable: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError:
        return None
    try:
        return keyring.get_password(SERVICE, variable) or None
    except KeyringError:
        # A machine without a desktop has no keyring that could be opened.
        return None
