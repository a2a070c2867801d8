"""Names and ids from a URL are data: no SQL, path or look-alike letter finds another row."""

import urllib.parse

import pytest
from harness.service import Client
from harness.wire import exchange, head

HOSTILE = [
    "' OR '1'='1",
    "'; DROP TABLE browser_sessions; --",
    '" OR ""="',
    "%",
    "_",
    "wor_",
    "work%",
    "WORK",
    "work ",
    " work",
    "work\n",
    "work\0",
    "\0",
    "work\0x",
    "work'",
    "work\\",
    "$1",
    "?1",
    ":name",
    "work;",
    "work/*",
    "*",
    "../work",
    "..",
    ".",
    "../../health",
    "%77ork",
    "%2577ork",
    "work?x",
    "work#x",
    "ｗｏｒｋ",
    "wor\u212a",
    "w\u043erk",
    "wo\u0301rk",
    "work\u200d",
    "\ufeffwork",
    "\u202ework",
    "\U0001f600",
    "w" * 51,
    "w" * 4_000,
    "sessions",
    "null",
]


def quoted(text):
    return urllib.parse.quote(text, safe="")


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_a_hostile_name_finds_nothing(alice, name):
    """It is not found, the answer repeats the name unchanged, and the table is intact."""
    alice.create()
    answer = alice.get(f"/sessions/by-name/{quoted(name)}")
    assert answer.status in (404, 400), answer
    if answer.status == 404:
        assert answer.detail in (f"Session with name '{name}' not found", "Not Found")
    assert alice.names() == ["work"]


@pytest.mark.parametrize("identity", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_a_hostile_id_finds_nothing(alice, identity):
    created = alice.create()
    path = f"/sessions/{quoted(identity)}"
    for answer in (alice.get(path), alice.get(f"{path}/state"), alice.put(path, {"name": "x"}), alice.delete(path)):
        assert answer.status in (400, 404, 405), answer
        assert set(answer.json) == {"detail"}
    assert alice.names() == ["work"]
    assert alice.get(f"/sessions/{created['id']}").status == 200


def test_an_id_in_another_spelling_finds_nothing(alice):
    identity = alice.create()["id"]
    other = [identity.replace("-", ""), "{" + identity + "}", f"urn:uuid:{identity}", identity + " ", identity + "\0"]
    if identity.upper() != identity:
        other.append(identity.upper())
    for spelling in other:
        assert alice.get(f"/sessions/{quoted(spelling)}").status in (400, 404), spelling


def test_percent_encoded_letters_are_letters(alice):
    identity = alice.create()["id"]
    encoded = "".join(f"%{ord(letter):02x}" for letter in "work")
    assert alice.get(f"/sessions/by-name/{encoded}").json["id"] == identity
    assert alice.get(f"/sessions/%{ord(identity[0]):02X}{identity[1:]}").json["id"] == identity


TARGETS = [
    "/sessions/../sessions",
    "/sessions/%2e%2e/sessions",
    "/sessions/%2E%2E%2Fhealth",
    "/sessions/..%2f..%2fetc%2fpasswd",
    "/sessions/by-name/%2e%2e/x",
    "/sessions/by-name/a%2Fb",
    "/sessions/by-name/%00",
    "/sessions/by-name/%ff%fe",
    "/sessions/by-name/%c0%ae",
    "/sessions/by-name/%ed%a0%80",
    "/sessions/by-name/%",
    "/sessions/by-name/%4",
    "/sessions/by-name/%zz",
    "/sessions/%00/state",
    "/sessions/x%2Fstate",
    "/sessions;x=1",
    "/sessions%20",
    "/SESSIONS",
    "//sessions/x//state",
    "/./sessions/x",
    "/sessions/\xe9",
    "/sessions/x/state/",
    "/sessions/" + "a/" * 500,
    "/" + "a" * 20_000,
    "http://elsewhere.example/sessions/x",
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target[:40])
def test_hostile_targets_are_client_errors(service_on_sqlite, carol, target):
    """The answer is a client error, and no session is found."""
    carol.create(name="mine")
    request = head(target, Authorization=f"Bearer {carol.token}", Connection="close")
    response, closed = exchange(service_on_sqlite.port, request)
    assert response.status in (400, 404, 405, 414, 431), response
    assert closed
    assert carol.names() == ["mine"]


def test_a_query_changes_nothing(carol):
    identity = carol.create()["id"]
    for query in ("?user=other", "?name=x&name=y", "?%00", "?" + "x" * 4_000):
        assert carol.get(f"/sessions/{identity}{query}").status == 200


def test_hostile_descriptions_are_kept_as_they_are(alice):
    for number, text in enumerate([name for name in HOSTILE if "\0" not in name and len(name) <= 500]):
        created = alice.create(name=f"n{number}", description=text)
        assert alice.get(f"/sessions/{created['id']}").json["description"] == text


def test_users_with_similar_names_are_separate(service):
    people = [service.user(name) for name in ("user%", "user_", "userX", "USERX", "user\\", "user'")]
    for person in people:
        assert isinstance(person, Client)
        person.create()
    assert [len(person.names()) for person in people] == [1] * len(people)
    for person in people:
        person.delete(f"/sessions/{person.get('/sessions').json['sessions'][0]['id']}")
