from __future__ import annotations

import pickle
from pathlib import Path

import platformdirs
import pytest

from vinarch.errors import ParameterError
from vinarch.fetching import (
    DEFAULT_DATAVERSE_URL,
    Settings,
    default_home,
    settings_from_environment,
)


def test_set_values_are_read():
    environment = {
        "VINARCH_HOME": "/data/vinarch",
        "VINARCH_MIRROR": "https://mirror.example/",
        "VINARCH_DATAVERSE_URL": "https://dataverse.example",
        "VINARCH_LOWEST_SPEED": " 50 ",
    }
    assert settings_from_environment(environment) == Settings(
        Path("/data/vinarch"),
        "https://mirror.example/",
        "https://dataverse.example",
        lowest_speed_bytes=50,
    )


@pytest.mark.parametrize("speed", ["-1", "1.5", "1 kB", "²", "9" * 5000])
def test_a_lowest_speed_that_is_no_whole_number_is_refused(speed):
    with pytest.raises(ParameterError, match=r"VINARCH_LOWEST_SPEED: .* bytes a second") as caught:
        settings_from_environment({"VINARCH_LOWEST_SPEED": speed})
    assert len(str(caught.value)) < 500


def test_every_speed_can_be_borne():
    assert settings_from_environment({"VINARCH_LOWEST_SPEED": "0"}).lowest_speed_bytes == 0


def test_a_token_is_read_and_never_shown():
    settings = settings_from_environment({"VINARCH_DATAVERSE_TOKEN": " 1234-abcd\n"})
    assert settings.dataverse_token == "1234-abcd"
    assert "1234-abcd" not in repr(settings) + str(settings)
    assert settings_from_environment({"VINARCH_DATAVERSE_TOKEN": ""}).dataverse_token is None


@pytest.mark.parametrize("token", ["two words", "new\nline", "schlüssel", "nul\0"])
def test_a_token_that_cannot_be_one_is_refused_and_not_quoted(token):
    with pytest.raises(ParameterError, match=r"VINARCH_DATAVERSE_TOKEN: .* not shown") as caught:
        settings_from_environment({"VINARCH_DATAVERSE_TOKEN": token})
    assert token not in str(caught.value)


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_values_count_as_unset(blank):
    names = (
        *("VINARCH_HOME", "VINARCH_MIRROR", "VINARCH_DATAVERSE_URL", "VINARCH_OFFLINE"),
        "VINARCH_LOWEST_SPEED",
    )
    assert settings_from_environment(dict.fromkeys(names, blank)) == Settings(
        platformdirs.user_cache_path("vinarch"), None, DEFAULT_DATAVERSE_URL
    )


def test_default_home_follows_the_environment_and_is_not_made(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VINARCH_HOME", "~/commons")
    assert default_home() == tmp_path / "commons"
    assert not default_home().exists()


def test_a_relative_home_stays_where_it_is(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert settings_from_environment({"VINARCH_HOME": "data"}).home == tmp_path / "data"


def test_a_home_of_an_unknown_user_is_refused():
    with pytest.raises(ParameterError, match=r"VINARCH_HOME: .* got '~no-such-user/x'") as caught:
        settings_from_environment({"VINARCH_HOME": "~no-such-user/x"})
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
