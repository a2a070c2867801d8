"""The faults of a body in pydantic's words: where, what and of which type, and never the value."""

import itertools
import json

import pytest
from harness.pydantic_rules import NAME_SENTENCE, Change, Creation, judge
from harness.service import NOTHING, STATE, good

STRING = ("Input should be a valid string", "string_type")
LIST = ("Input should be a valid list", "list_type")
DICTIONARY = ("Input should be a valid dictionary", "dict_type")
REQUIRED = ("Field required", "missing")
NAME = (f"Value error, {NAME_SENTENCE}", "value_error")
LONG = "String should have at most {} characters"


def detail(*errors):
    return [{"loc": ["body", *loc], "msg": message, "type": kind} for loc, (message, kind) in errors]


def at(name, error):
    return detail(([name] if isinstance(name, str) else name, error))


def state(**changes):
    return {"storage_state": STATE | changes}


# Wrong fields of POST /sessions, and the errors they get.
WRONG = {
    "no name": ({"name": NOTHING}, at("name", REQUIRED)),
    "name null": ({"name": None}, at("name", STRING)),
    "name a number": ({"name": 7}, at("name", STRING)),
    "name empty": ({"name": ""}, at("name", ("String should have at least 1 character", "string_too_short"))),
    "name of 51": ({"name": "n" * 51}, at("name", (LONG.format(50), "string_too_long"))),
    "name with a space": ({"name": "my work"}, at("name", NAME)),
    "name with a dash first": ({"name": "-work"}, at("name", NAME)),
    "name with a line feed last": ({"name": "work\n"}, at("name", NAME)),
    "name with a letter of another alphabet": ({"name": "wörk"}, at("name", NAME)),
    "name with a digit of another alphabet": ({"name": "n\u0661"}, at("name", NAME)),
    "description a list": ({"description": []}, at("description", STRING)),
    "description of 501": ({"description": "d" * 501}, at("description", (LONG.format(500), "string_too_long"))),
    "description of 502 code points, half as many characters": (
        {"description": "e\u0301" * 251},
        at("description", (LONG.format(500), "string_too_long")),
    ),
    "no domains": ({"domains": NOTHING}, at("domains", REQUIRED)),
    "domains text": ({"domains": "shop.example"}, at("domains", LIST)),
    "domains an object": ({"domains": {"0": "shop.example"}}, at("domains", LIST)),
    "domains empty": (
        {"domains": []},
        at("domains", ("List should have at least 1 item after validation, not 0", "too_short")),
    ),
    "11 domains": (
        {"domains": ["shop.example"] * 11},
        at("domains", ("List should have at most 10 items after validation, not 11", "too_long")),
    ),
    "a domain that is a number": (
        {"domains": ["a.example", 7, None]},
        detail((["domains", 1], STRING), (["domains", 2], STRING)),
    ),
    "the second domain": (
        {"domains": ["a.example", "b example", "c example"]},
        at("domains", ("Value error, Invalid domain format: b example", "value_error")),
    ),
    "no state": ({"storage_state": NOTHING}, at("storage_state", REQUIRED)),
    "cookies null": (state(cookies=None), at(["storage_state", "cookies"], LIST)),
    "cookies an object": (state(cookies={}), at(["storage_state", "cookies"], LIST)),
    "a cookie that is text": (state(cookies=["sid=1"]), at(["storage_state", "cookies", 0], DICTIONARY)),
    "the second origin": (state(origins=[{}, 7]), at(["storage_state", "origins", 1], DICTIONARY)),
}


def without_context(answer):
    """The errors, each with three fields. There may be a context, but never the input."""
    assert answer.status == 422, answer
    for error in answer.detail:
        assert set(error) <= {"loc", "msg", "type", "ctx"}
    return [{name: error[name] for name in ("loc", "msg", "type")} for error in answer.detail]


@pytest.mark.parametrize("case", WRONG)
def test_every_wrong_field_gets_its_error(carol, case):
    fields, expected = WRONG[case]
    assert without_context(carol.post(good(**fields))) == expected


@pytest.mark.parametrize("case", [case for case, (fields, _) in WRONG.items() if NOTHING not in fields.values()])
def test_a_change_follows_the_same_rules(carol, case):
    fields, expected = WRONG[case]
    path = f"/sessions/{carol.create()['id']}"
    if "domains" in fields or None in fields.values():
        assert carol.put(path, fields).status == 200
    else:
        assert without_context(carol.put(path, fields)) == expected
        assert carol.get(path).json["updated_at"] == carol.get(path).json["created_at"]
    assert carol.delete(path).status == 200


DOMAINS = {
    "good": ["a", "localhost", "A.b-c.Example", "127.0.0.1", "xn--bcher-kva.example", "a" * 63 + ".example", "0.0"],
    "bad": [
        *["", ".", "a.", ".a", "a..b", "-a.example", "a-.example", "a_b.example", "a" * 64 + ".example", "bücher.de"],
        *["a b", "a\n", "*.example", "http://a.example", "a.example:80", "a.example/x", "[::1]", "a,b", "a\u0000b"],
    ],
}


@pytest.mark.parametrize("domain", DOMAINS["good"])
def test_valid_domains_are_accepted(carol, domain):
    assert carol.create(domains=[domain])["domains"] == [domain]


@pytest.mark.parametrize("domain", DOMAINS["bad"], ids=ascii)
def test_invalid_domains_are_refused(carol, domain):
    expected = at("domains", (f"Value error, Invalid domain format: {domain}", "value_error"))
    assert without_context(carol.post(good(domains=[domain]))) == expected


LIMITS = {
    "name of 1": {"name": "n"},
    "name of 50": {"name": "n" * 50},
    "name of every kind": {"name": "0aZ_-_-"},
    "description of 500 code points": {"description": "\U0001f600" * 250 + "e\u0301" * 125},
    "description empty": {"description": ""},
    "10 domains": {"domains": [f"d{number}.example" for number in range(10)]},
    "10 of the longest": {"domains": [".".join(["d" * 24] * 4)] * 10},
}


@pytest.mark.parametrize("case", LIMITS)
def test_values_at_the_limits_are_accepted(alice, case):
    created = alice.create(**LIMITS[case])
    assert LIMITS[case].items() <= created.items()
    assert alice.get(f"/sessions/{created['id']}").json.items() >= created.items()


VALUES = [None, True, 0, 7, 1.5, -1, "", "x", "-x", "é", [], ["x"], [7], [[]], {}, {"a": 1}, "n" * 51, "d" * 501]
MOMENTS = [
    *["2031-05-06", "2031-05-06T07:08", "2031-05-06T07:08:09Z", "2031-05-06 07:08:09+0200", "2031-05-06t07:08:09z"],
    *["2031-13-06T07:08:09Z", "2031-02-29T07:08:09Z", "2031-05-06T24:08:09Z", "2031-05-06T07:60:09Z", "tomorrow"],
    *["2031-05-06T07:08:09+25:00", "2031-05-06T07:08:09.1234567Z", "2031-05-06T07:08:09 Z", " 2031-05-06T07:08:09Z"],
    *["2031", "1935817689", "1935817689.5", "20310506T070809Z", "2031-05-06T07:08:09Z trailing", "2031-5-6T7:8:9Z"],
    *[1e12, 1935817689000, -62135596801, 253402300800, 1e20, "10000-01-01T00:00:00Z", 253402300799, 20000000000],
    *[20000000001, -20000000001, 253402300799000, 253402300800000, -62135596800000, 0.000001, 1e-9, 1935817689.999999],
    *["9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "2031-05-06T07:08:09.12Z", "2031-05-06 07:08"],
    *["2031-05-06T07:08:60Z", "2031-05-06T07:08:09-00:00", "2031/05/06", "\u0662031-05-06"],
]
MUTATIONS = [
    *[{name: value} for name in ("name", "description", "domains", "storage_state") for value in VALUES],
    *[{"expires_at": value} for value in [*VALUES, *MOMENTS]],
    *[state(cookies=value) for value in VALUES],
    *[state(origins=value) for value in VALUES],
    *[{"domains": ["ok.example", value]} for value in VALUES if value != "d" * 501],
    *[{"name": "-", "description": 1, "domains": [1, 2], "storage_state": {"cookies": 1, "origins": [1]}}],
    *[{"name": NOTHING, "domains": NOTHING, "storage_state": NOTHING, "expires_at": "x", "description": 7}],
]


def answers(user, rules):
    """For each body the service's result and pydantic's: the errors, and the session's expiry."""
    for number, mutation in enumerate(MUTATIONS):
        body = good(name=f"n{number}") if rules is Creation else {}
        body = {name: value for name, value in (body | mutation).items() if value is not NOTHING}
        path = None if rules is Creation else f"/sessions/{user.create(name='before')['id']}"
        answer = user.post(body) if path is None else user.put(path, body)
        if answer.status == 422:
            ours = without_context(answer), None
        else:
            assert answer.status in (200, 201), answer
            ours = [], answer.json["expires_at"]
        yield mutation, ours, judge(rules, body)
        user.delete(path or f"/sessions/{answer.json.get('id')}")


@pytest.mark.parametrize("rules", [Creation, Change])
def test_the_errors_are_those_of_pydantic(carol, rules):
    """About 200 bodies get the same errors as from pydantic, in the same order and words, or the same values."""
    differences = [case for case in answers(carol, rules) if case[1] != case[2]]
    assert differences == [], "\n".join("{}\n  ours: {}\n  pydantic: {}".format(*case) for case in differences)


BODIES = {
    "no object": (b"[]", "model_attributes_type"),
    "text": (b'"name"', "model_attributes_type"),
    "a number": (b"7", "model_attributes_type"),
    "nothing": (b"", "missing"),
    "cut": (b'{"name": "x"', "json_invalid"),
    "a comma more": (b'{"name": "x",}', "json_invalid"),
    "quotes of another kind": (b"{'name': 'x'}", "json_invalid"),
    "behind it something": (b'{"name": "x"} {}', "json_invalid"),
    "a comment": (b'{"name": "x" /* y */}', "json_invalid"),
    "a line feed in text": (b'{"name": "x\ny"}', "json_invalid"),
    "no JSON at all": (b"name=x&domains=y", "json_invalid"),
    "a number of another base": (b'{"name": 0x10}', "json_invalid"),
}


@pytest.mark.parametrize("case", BODIES)
def test_bodies_that_are_not_objects_are_refused(carol, case):
    body, kind = BODIES[case]
    for answer in (carol.post(body), carol.put(f"/sessions/{carol.create(name=f'n{len(body)}')['id']}", body)):
        (error,) = without_context(answer)
        assert error["type"] == kind
        if kind == "json_invalid":
            assert error["msg"] == "JSON decode error"
            assert error["loc"][0] == "body"
            assert isinstance(error["loc"][1], int)
            assert 0 <= error["loc"][1] <= len(body)
        else:
            assert error["loc"] == ["body"]


def test_a_null_body_is_refused(carol):
    (error,) = without_context(carol.post(b"null"))
    assert error["loc"] == ["body"]
    assert error["type"] in ("missing", "model_attributes_type")  # FastAPI has said both


def deep(count):
    return b'{"name":"x","domains":["a"],"storage_state":{"x":' + b"[" * count + b"]" * count + b"}}"


STRANGE = {
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": json.dumps(good()).encode("utf-16"),
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "overlong": b'{"name": "\xc0\xaf"}',
    "100,000 deep": deep(100_000),
    "1,000 deep": deep(1_000),
    "a million commas": b"[" + b"," * 500_000 + b"]",
    "NUL": b"\0" * 100,
    "a NUL behind it": json.dumps(good()).encode() + b"\0",
    "a number of 100,000 digits": b'{"name": ' + b"9" * 100_000 + b"}",
    "a number beyond a double": b'{"name": "x", "domains": ["a"], "storage_state": {}, "expires_at": 1e400}',
    "NaN": b'{"name": "x", "domains": ["a"], "storage_state": {"a": NaN}}',
    "half a surrogate pair in a name": b'{"name": "\\ud800", "domains": ["a"], "storage_state": {}}',
    "half a surrogate pair in a description": b'{"name":"x","description":"\\udc00","domains":[],"storage_state":{}}',
    "half a surrogate pair in a domain": b'{"name": "x", "domains": ["\\ud800"], "storage_state": {}}',
}


@pytest.mark.parametrize("case", STRANGE)
def test_unusual_bodies_are_client_errors(alice, case):
    answer = alice.post(STRANGE[case])
    assert answer.status in (400, 413, 422), answer
    assert answer.json.keys() == {"detail"}
    assert alice.names() == []


def test_a_nul_in_a_description_is_refused_by_both_databases(own_service, postgres, tmp_path):
    statuses = set()
    for database in (f"sqlite:///{tmp_path}/nul.sqlite", postgres.url(postgres.new_database())):
        answer = own_service(database).user("user_one").post(good(description="a\0b"))
        statuses.add(answer.status)
    assert statuses in ({201}, {422})


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.x+json"])
def test_json_content_types_are_accepted(carol, kind):
    assert carol.post(good(), Content_Type=kind).status == 201


def test_no_value_is_echoed(carol):
    secrets = itertools.count(1)

    def secret():
        return f"confidential{next(secrets)}"

    bodies = [
        good(name=[secret()], description={"a": secret()}, expires_at=secret()),
        good(storage_state=secret()),
        good(storage_state={"cookies": secret(), "origins": [secret(), [secret()]]}),
        secret(),
        [secret()],
    ]
    answers = [carol.post(body) for body in bodies]
    answers.append(carol.post(f'{{"name": "{secret()}'.encode()))
    for answer in answers:
        assert answer.status == 422
        assert b"confidential" not in answer.body
