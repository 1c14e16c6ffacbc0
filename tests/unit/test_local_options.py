"""The settings of `make run`."""

import pytest

from local.demo_texts import sample_text
from local.options import GATEWAY_SECRET, WrongOption, read_options
from packs.reading import slugs


def test_what_is_not_set_has_a_default() -> None:
    options = read_options({})
    assert (options.province, options.port, options.sim_port) == ("dong-thap", 8022, 8023)
    assert options.start is None


@pytest.mark.parametrize(
    "settings, remedy",
    [
        pytest.param({"PORT": "8023"}, "PORT and SIM_PORT are both 8023", id="the simulator's own port"),
        pytest.param({"PORT": "9000", "SIM_PORT": "9000"}, "need a port each", id="one port for both"),
        pytest.param({"PORT": "web"}, "from 1 to 65535", id="a port in words"),
        pytest.param({"START": "Tết"}, "write 2026-02-13", id="a start that is no date"),
        pytest.param({"DYNAMODB": "aws"}, "moto", id="an unknown engine"),
    ],
)
def test_a_wrong_setting_is_told_with_its_remedy(settings: dict[str, str], remedy: str) -> None:
    with pytest.raises(WrongOption, match=remedy):
        read_options(settings)


def test_the_local_gateway_secret_is_as_long_as_a_real_one_and_says_what_it_is() -> None:
    assert len(GATEWAY_SECRET) >= 32
    assert "local" in GATEWAY_SECRET


def test_the_sample_text_fits_its_province() -> None:
    texts = {slug: sample_text(slug) for slug in slugs()}
    assert "Sa Dec" in texts["dong-thap"]
    assert len(set(texts.values())) == len(texts)
