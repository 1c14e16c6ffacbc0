"""Secrets by reference: read when needed, all at once, kept a while, never shown; and what SECRET_KEY may hold."""

import pytest

from chalicelib import settings, wiring
from chalicelib.errors import SecretsUnavailable, SettingMissing

PATH = "/hotline/dong-thap/"
NAMES = ("SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY", "PUBLIC_URL")
KEY, OTHER, THIRD = "k" * 32, "o" * 32, "t" * 40


class Store:
    """Parameters in memory, a clock, and a count of the calls."""

    def __init__(self) -> None:
        self.values = {
            "SECRET_KEY": KEY,
            "TWILIO_ACCOUNT_SID": "ACparameter",
            "TWILIO_AUTH_TOKEN": "a-token-kept-as-parameter",
            "PUBLIC_URL": "https://pilot.example/api",
        }
        self.seconds = 1_000.0
        self.calls: list[tuple[str, tuple[str, ...], str]] = []
        self.answers = True

    def read(self, path: str, names: tuple[str, ...], region: str) -> dict[str, str]:
        self.calls.append((path, names, region))
        if not self.answers:
            raise SecretsUnavailable(
                f"The parameters below {path} could not be read (AccessDeniedException)."
            )
        return {name: self.values[name] for name in names if name in self.values}


@pytest.fixture
def store(monkeypatch):
    made = Store()
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PROVINCE", "dong-thap")
    monkeypatch.setenv("PARAMETERS", PATH)
    monkeypatch.setenv("SECRET_NAMES", ",".join(NAMES))
    settings.read_parameters_with(made.read, lambda: made.seconds)
    yield made
    wiring.forget()


def test_no_secret_is_read_before_one_is_needed(store):
    assert settings.table_name("cases") == "dong-thap-cases" and settings.sms_provider() == "twilio"
    assert store.calls == []


def test_the_first_need_reads_all_secrets_in_one_call(store):
    assert settings.signing_keys() == (KEY,)
    assert settings.twilio_account_sid() == "ACparameter"
    assert settings.twilio_auth_tokens() == ("a-token-kept-as-parameter",)
    assert settings.public_url() == "https://pilot.example/api"
    assert store.calls == [(PATH, NAMES, "ap-southeast-1")]


def test_a_path_without_its_last_slash_means_the_same(store, monkeypatch):
    monkeypatch.setenv("PARAMETERS", PATH.rstrip("/"))
    assert settings.signing_keys() == (KEY,) and store.calls[0][0] == PATH


@pytest.mark.parametrize(("after", "token"), [(299, "a-token-kept-as-parameter"), (300, "rotated")])
def test_a_rotation_reaches_a_warm_process_within_five_minutes(store, after, token):
    settings.twilio_auth_tokens()
    store.values |= {"TWILIO_AUTH_TOKEN": "rotated"}
    store.seconds += after
    assert settings.twilio_auth_tokens() == (token,)


def test_the_gateway_in_use_follows_a_rotation(store):
    first = wiring.sms_gateway()
    assert wiring.sms_gateway() is first
    store.values |= {"TWILIO_AUTH_TOKEN": "rotated", "TWILIO_AUTH_TOKEN_SECONDARY": "secondary"}
    store.seconds += 300
    assert settings.twilio_auth_tokens() == ("rotated", "secondary")
    assert wiring.sms_gateway() is not first


def test_a_variable_counts_before_the_parameter_of_its_name(store, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", OTHER)
    assert settings.signing_keys() == (OTHER,)
    assert store.calls == []


def test_a_parameter_that_is_not_named_is_not_asked_for(store, monkeypatch):
    monkeypatch.setenv("SECRET_NAMES", "SECRET_KEY")
    with pytest.raises(SettingMissing, match="TWILIO_AUTH_TOKEN is not set"):
        settings.twilio_auth_tokens()
    assert store.calls == []


@pytest.mark.parametrize(
    ("name", "read", "remedy"),
    [
        ("SECRET_KEY", settings.index_key, "make secrets PROVINCE=dong-thap"),
        ("TWILIO_AUTH_TOKEN", settings.twilio_auth_tokens, "make secrets PROVINCE=dong-thap"),
        ("PUBLIC_URL", settings.public_url, "make deploy PROVINCE=dong-thap"),
    ],
)
def test_a_missing_parameter_is_named_with_its_path_and_remedy(store, name, read, remedy):
    del store.values[name]
    with pytest.raises(SettingMissing) as caught:
        read()
    assert f"{PATH}{name}" in str(caught.value) and remedy in str(caught.value)
    assert not any(value in str(caught.value) for value in store.values.values())


def test_a_parameter_put_there_at_last_is_found_at_once(store):
    token = store.values.pop("TWILIO_AUTH_TOKEN")
    with pytest.raises(SettingMissing):
        settings.twilio_auth_tokens()
    store.values["TWILIO_AUTH_TOKEN"] = token
    assert settings.twilio_auth_tokens() == (token,)


def test_secrets_that_cannot_be_read_stop_a_cold_process_until_they_can(store):
    store.answers = False
    for _ in range(2):
        with pytest.raises(SecretsUnavailable, match=PATH):
            settings.signing_keys()
    store.answers = True
    assert settings.signing_keys() == (KEY,)


def test_a_warm_process_goes_on_with_what_it_has_and_asks_again_soon(store):
    settings.signing_keys()
    store.answers, store.seconds = False, store.seconds + 300
    assert settings.signing_keys() == (KEY,) and settings.signing_keys() == (KEY,)
    assert len(store.calls) == 2
    store.answers, store.seconds = True, store.seconds + 30
    store.values["SECRET_KEY"] = f"{OTHER},{KEY}"
    assert settings.signing_keys() == (OTHER, KEY)


@pytest.mark.parametrize(
    ("held", "signing", "index"),
    [
        pytest.param(KEY, (KEY,), KEY, id="one key"),
        pytest.param(f"{OTHER},{KEY}", (OTHER, KEY), KEY, id="a rotation"),
        pytest.param(f" {THIRD} , {OTHER},{KEY} ", (THIRD, OTHER, KEY), KEY, id="three, with spaces"),
        pytest.param(f"{OTHER},index:{KEY}", (OTHER,), KEY, id="the old key opens nothing any more"),
        pytest.param(f"{THIRD},{OTHER},index:{KEY}", (THIRD, OTHER), KEY, id="the next rotation after that"),
    ],
)
def test_the_newest_keys_sign_and_the_oldest_is_behind_the_index(monkeypatch, held, signing, index):
    monkeypatch.setenv("SECRET_KEY", held)
    assert (settings.signing_keys(), settings.index_key()) == (signing, index)


@pytest.mark.parametrize(
    ("held", "told"),
    [
        pytest.param("k" * 31, "key 1 is shorter than 32", id="too short"),
        pytest.param(f"{KEY},{'o' * 31}", "key 2 is shorter than 32", id="the second too short"),
        pytest.param(f"{KEY},", "key 2 is shorter than 32", id="a comma too many"),
        pytest.param(
            f"{KEY},index:{'o' * 31}", "key 2 is shorter than 32", id="the mark does not lengthen a key"
        ),
        pytest.param(f"index:{KEY}", "no key signs", id="only a key for the index"),
        pytest.param(f"index:{KEY},{OTHER}", "only the last key", id="marked in the wrong place"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_without_showing_them(monkeypatch, held, told):
    monkeypatch.setenv("SECRET_KEY", held)
    with pytest.raises(SettingMissing, match=told) as caught:
        settings.signing_keys()
    assert "kkk" not in str(caught.value) and "ooo" not in str(caught.value)
