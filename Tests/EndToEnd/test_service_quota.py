"""SESSION_MAX_PER_USER: one user cannot fill the database, and the refusal is one sentence."""

import collections
import concurrent.futures

from harness.python_rows import Rows
from harness.service import good

STATE = {"cookies": [], "origins": []}


def test_a_user_has_at_most_the_limit(own_service, database):
    service = own_service(database, SESSION_MAX_PER_USER="3")
    alice, bob = service.user("alice"), service.user("bob")
    made = [alice.create(name=f"n{number}")["id"] for number in range(3)]
    refused = alice.post(good(name="more"))
    assert refused.status == 409
    assert refused.detail == "A user may have at most 3 sessions: delete one to make room for another"
    assert alice.names() == ["n2", "n1", "n0"]
    bob.create(name="n0")
    path = f"/sessions/{made[0]}"
    assert alice.put(path, {"name": "renamed", "storage_state": STATE}).status == 200, "a change is not a new session"
    assert alice.delete(path).status == 200
    alice.create(name="more")
    assert alice.post(good(name="yet-more")).status == 409


def test_the_default_limit_is_a_hundred(own_service):
    service = own_service(SESSION_MAX_PER_USER=None)
    alice = service.user("alice")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: alice.post(good(name=f"n{number}")), range(110)))
    assert collections.Counter(answer.status for answer in answers) == {201: 100, 409: 10}


def test_simultaneous_creates_do_not_exceed_the_limit(own_service, database):
    """Through two services, as when one takes over from the other."""
    first, second = (own_service(database, SESSION_MAX_PER_USER="5") for _ in range(2))
    users = (first.user("alice"), second.user("alice"))
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: users[number % 2].post(good(name=f"n{number}")), range(60)))
    assert collections.Counter(answer.status for answer in answers) == {201: 5, 409: 55}
    assert len(users[0].names()) == 5


def test_a_lower_limit_deletes_no_sessions(own_service, database):
    rows = Rows(database)
    rows.create_table()
    for number in range(5):
        rows.add(STATE, "alice", f"n{number}")
    alice = own_service(database, SESSION_MAX_PER_USER="3").user("alice")
    assert len(alice.names()) == 5
    assert alice.post(good(name="more")).status == 409
