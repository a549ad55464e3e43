"""Settings come from SOT_ variables; what is not known is not ignored."""

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.settings import Settings, read_settings


def test_defaults_hold_without_any_variable() -> None:
    """A fresh machine needs none."""
    assert read_settings({}) == Settings()
    assert read_settings({"PATH": "/bin"}).port == 8000


def test_variables_are_read_by_their_name() -> None:
    """In the type of their field."""
    settings = read_settings({"SOT_PORT": "9000", "SOT_REGION": "GB", "SOT_RATE_LIMIT": "5/second;100/day"})
    assert (settings.port, settings.region, len(settings.rate_limits)) == (9000, "GB", 2)
    assert read_settings({"SOT_RATE_LIMIT": "off"}).rate_limits == []


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SOT_COLOUR": "blue"}, "SOT_COLOUR"),
        ({"SOT_PORT": "0"}, "SOT_PORT"),
        ({"SOT_PORT": "http"}, "SOT_PORT"),
        ({"SOT_REGION": "usa"}, "SOT_REGION"),
        ({"SOT_RATE_LIMIT": "often"}, "SOT_RATE_LIMIT"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(environment: dict[str, str], says: str) -> None:
    """One error, one fix."""
    with pytest.raises(SettingsError, match=says) as caught:
        read_settings(environment)
    assert caught.value.fix


def test_settings_do_not_change() -> None:
    """What was read holds for the whole run."""
    with pytest.raises(ValidationError):
        Settings().port = 1
