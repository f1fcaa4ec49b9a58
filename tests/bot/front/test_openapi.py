"""The routes that machines use keep what `/openapi.json` says of them, whatever comes in."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.minds import Minds

TOKEN = "a-token-of-this-installation"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schema(make_app, real_minds: Minds):
    """Return what the application says of itself, with real minds and no limits."""
    return schemathesis.openapi.from_asgi("/openapi.json", make_app(minds=real_minds, WEGWIJS_LIMITS="0"))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_machines_send_is_answered_as_the_openapi_says(schema, mode):
    tried: list[str] = []

    for operation in (found.ok() for found in schema.get_all_operations()):
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue

        @given(operation.as_strategy(generation_mode=mode))
        @BOUNDED
        def try_it(case) -> None:
            tried.append(case.path)
            case.call_and_validate(checks=CHECKS, headers={"authorization": f"Bearer {TOKEN}"})

        try_it()

    assert {"/webhooks/rest/webhook", "/webhook", "/model/parse"} <= set(tried)
    assert len(tried) > 70
