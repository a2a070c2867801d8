"""pydantic's answer to a body under the rules of the service: the errors that clients of a FastAPI service expect."""

import datetime
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
NAME_SENTENCE = (
    "Session name must start with alphanumeric and contain only alphanumeric characters, dashes, and underscores"
)


def checked_name(text):
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", text):
        raise ValueError(NAME_SENTENCE)
    return text


def checked_domains(texts):
    for text in texts:
        if not re.fullmatch(rf"(?:{LABEL}\.)*{LABEL}", text):
            raise ValueError(f"Invalid domain format: {text}")
    return texts


class State(BaseModel):
    model_config = ConfigDict(extra="allow")
    cookies: list[dict[str, Any]] = []
    origins: list[dict[str, Any]] = []


Name = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(checked_name)]
Description = Annotated[str, Field(max_length=500)]
Domains = Annotated[list[str], Field(min_length=1, max_length=10), AfterValidator(checked_domains)]


class Creation(BaseModel):
    name: Name
    description: Description | None = None
    domains: Domains
    storage_state: State
    expires_at: datetime.datetime | None = None


class Change(BaseModel):
    name: Name | None = None
    description: Description | None = None
    storage_state: State | None = None
    expires_at: datetime.datetime | None = None


def judge(rules, body):
    """The `detail` of a 422 and None, or [] and the expiry of a valid body."""
    try:
        made = rules.model_validate(body, from_attributes=True)  # as FastAPI asks
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_context=False, include_input=False)
        return [error | {"loc": ["body", *error["loc"]], "msg": sentence(error)} for error in found], None
    return [], in_utc(made.expires_at)


def in_utc(moment):
    """The moment as the service writes it. A moment without a zone is in UTC."""
    if moment is None:
        return None
    aware = moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)
    return aware.isoformat().replace("+00:00", "Z")


def sentence(error):
    """The message. For a date it leaves out the half that says where the parser stopped."""
    return error["msg"].partition(", ")[0] if error["type"].startswith("datetime") else error["msg"]
