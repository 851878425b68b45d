"""Forms: from what a person typed to a checked model, or to a sentence beside each field."""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, Final, TypeVar, cast

from flask import request
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from portal.errors import Invalid

Form = TypeVar("Form", bound=BaseModel)


class Refused(Invalid):
    """A form with fields to mend: a sentence for each of them by name."""

    def __init__(
        self, errors: Mapping[str, str], sentence: str = "Mend what is marked and send it again."
    ) -> None:
        super().__init__(sentence)
        self.errors = dict(errors)


def parse(form: type[Form]) -> Form:
    """Read a form from the body, or from the address of a GET. An empty field counts as not given.

    A field says what to type with `Field(json_schema_extra={"say": "Use a number of days, such as 10."})`.
    Raises Refused.
    """
    sent = request.args if request.method in {"GET", "HEAD"} else request.form
    return checked(form, {name: _given(field, sent, name) for name, field in form.model_fields.items()})


def checked(form: type[Form], given: Mapping[str, Any]) -> Form:
    """The same from values that were read already. Raises Refused."""
    try:
        return form.model_validate({name: value for name, value in given.items() if value not in ("", [])})
    except ValidationError as error:
        raise Refused(_sentences(form, error)) from error


def _given(field: FieldInfo, sent: MultiDict[str, str], name: str) -> Any:
    if _takes_several(cast(Hashable, field.annotation)):
        return [value.strip() for value in sent.getlist(name) if value.strip()]
    value = sent.get(name, "")
    return value if field.annotation is SecretStr else value.strip()


@cache
def _takes_several(annotation: Hashable) -> bool:
    return "list" in str(annotation).lower()


def _sentences(form: type[BaseModel], error: ValidationError) -> dict[str, str]:
    return {
        str(detail["loc"][0]) if detail["loc"] else "": _sentence(form, detail)
        for detail in reversed(error.errors())
    }


def _sentence(form: type[BaseModel], detail: ErrorDetails) -> str:
    field = form.model_fields.get(str(detail["loc"][0])) if detail["loc"] else None
    extra = field.json_schema_extra if field else None
    if isinstance(extra, dict) and "say" in extra:
        return str(extra["say"])
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return WORDS.get(detail["type"], OTHERWISE).format(**detail.get("ctx", {}))


OTHERWISE: Final = "Use one of the values offered."
WORDS: Final = {
    "missing": "Fill this in.",
    "string_too_short": "Use at least {min_length} characters.",
    "string_too_long": "Use at most {max_length} characters.",
    "string_pattern_mismatch": "Use the form shown beside the field.",
    "too_short": "Choose at least {min_length}.",
    "int_parsing": "Use a whole number, such as 10.",
    "int_from_float": "Use a whole number, such as 10.",
    "float_parsing": "Use a number, such as 12.5.",
    "decimal_parsing": "Use a number, such as 12.50.",
    "decimal_max_places": "Use at most {decimal_places} digits after the point.",
    "greater_than": "Use more than {gt}.",
    "greater_than_equal": "Use {ge} or more.",
    "less_than": "Use less than {lt}.",
    "less_than_equal": "Use {le} or less.",
    "date_from_datetime_parsing": "Use a date, such as 2026-03-31.",
    "date_parsing": "Use a date, such as 2026-03-31.",
}


def typed(name: str, otherwise: Any = "") -> Any:
    """What was typed into a field of a form that is shown again; otherwise the value it starts with."""
    return request.form.get(name, otherwise)
