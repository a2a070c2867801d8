"""Role tokens, API keys and the admin token at the session service: what each may do, and for whom."""

import time

import pytest
from harness.proxy import command, environment
from harness.service import Client, good
from harness.tokens import sign
from harness.wire import exchange, head

SECRET = "end-to-end-role-token-key-of-43-characters-"
ADMIN = "end-to-end-admin-token"
UNKNOWN = "flybrowser_" + "A" * 43
REFUSED_KEY = "Invalid or expired API key"
REFUSED_TOKEN = "Invalid or expired token"


@pytest.fixture
def service(own_service, database):
    return own_service(database, FLYBROWSER_JWT_SECRET=SECRET, FLYBROWSER_ADMIN_TOKEN=ADMIN)


@pytest.fixture
def make_key(tmp_path, database):
    """Makes an API key in the service's database."""

    def make(*options):
        done = command("key", "create", "--name", "n", *options, env=environment(tmp_path, DATABASE_URL=database))
        assert done.returncode == 0, done
        return done.stdout.strip()

    return make


def role_token(*roles, key=SECRET, header=None, **changes):
    now = int(time.time())
    claims = {"sub": "ada", "roles": list(roles), "iat": now, "exp": now + 600} | changes
    return sign({name: value for name, value in claims.items() if value is not None}, key, header)


class Key(Client):
    """Requests with one API key."""

    def request(self, method, path, body=None, **fields):
        body = [] if body is None else [body]
        return self.service.request(method, path, *body, **{"X-API-Key": self.token}, **fields)


def statuses(client, id):
    """The status of each route, the deletion last."""
    return [
        client.get("/sessions").status,
        client.get(f"/sessions/{id}").status,
        client.get("/sessions/by-name/work").status,
        client.get(f"/sessions/{id}/state").status,
        client.put(f"/sessions/{id}", {"description": "d"}).status,
        client.post(good(name="another")).status,
        client.delete(f"/sessions/{id}").status,
    ]


ALL = [200, 200, 200, 200, 200, 201, 200]
VIEWER = [200, 200, 200, 403, 403, 403, 403]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [(["viewer"], VIEWER), (["operator"], ALL), (["admin"], ALL), (["root"], [403] * 7), ([], [403] * 7)],
)
def test_each_route_needs_its_permission(service, make_key, roles, expected):
    owner = service.user("ada")
    client = Client(service, role_token(*roles))
    assert statuses(client, owner.create()["id"]) == expected
    if roles and roles != ["root"]:
        options = [text for role in roles for text in ("--role", role)]
        client = Key(service, make_key("--user-id", "ada", *options))
        for name in owner.names():
            owner.delete(f"/sessions/{owner.get(f'/sessions/by-name/{name}').json['id']}")
        assert statuses(client, owner.create()["id"]) == expected


def test_the_missing_permission_is_named(service):
    viewer = Client(service, role_token("viewer"))
    id = service.user("ada").create()["id"]
    assert viewer.get(f"/sessions/{id}/state").detail == "The permission sessions.extract is needed"
    assert viewer.post(b"no JSON").detail == "The permission sessions.create is needed"


def test_claims_narrow_what_the_roles_give(service):
    client = Client(service, role_token("operator", permissions=["sessions.list", "recordings.*"]))
    assert client.get("/sessions").status == 200
    assert client.post(good()).status == 403


def test_a_caller_sees_their_own_sessions_only(service, make_key):
    bob = service.user("bob").create()["id"]
    for client in (Client(service, role_token("operator")), Key(service, make_key("--user-id", "ada"))):
        assert client.get(f"/sessions/{bob}").status == 404
        assert client.get("/sessions").json == {"sessions": []}


def test_only_a_caller_with_every_permission_may_name_another_user(service, make_key):
    bob = service.user("bob")
    id = bob.create()["id"]
    may = {
        "admin token": Client(service, ADMIN),
        "admin role": Client(service, role_token("admin")),
        "key without roles": Key(service, make_key()),
        "key of another user": Key(service, make_key("--user-id", "ada")),
    }
    for name, client in may.items():
        assert client.get(f"/sessions/{id}?user_id=bob").json["id"] == id, name
        assert client.get(f"/sessions/{id}?user_id=carol").status == 404, name
        created = client.post(good(name=f"by-{len(name)}"), "/sessions?user_id=bob").json["id"]
        assert bob.get(f"/sessions/{created}").status == 200, name
    may_not = {
        "operator": Client(service, role_token("operator")),
        "provider": service.user("ada"),
        "key with a role": Key(service, make_key("--user-id", "ada", "--role", "operator")),
    }
    for name, client in may_not.items():
        assert client.get(f"/sessions/{id}?user_id=bob").status == 403, name
        assert client.get("/sessions?user_id=ada").status == 200, name


def test_a_caller_without_a_user_must_name_one(service, make_key):
    for client in (Client(service, ADMIN), Key(service, make_key())):
        answer = client.get("/sessions")
        assert answer.status == 422
        assert [problem["loc"] for problem in answer.detail] == [["query", "user_id"]]
        for query in ("user_id=", "user_id=a&user_id=b", "user_id=%FF", "user_id=%00", "user_id=" + "a" * 256):
            assert client.get(f"/sessions?{query}").status == 422, query
    weak = Key(service, make_key("--role", "operator"))
    assert weak.get("/sessions?user_id=bob").status == 403
    assert weak.get("/sessions").status == 403


def test_a_users_id_is_decoded_as_forms_write_it(service):
    service.user("a b+c").create()
    for text in ("a+b%2Bc", "a%20b%2Bc"):
        assert len(Client(service, ADMIN).get(f"/sessions?user_id={text}").json["sessions"]) == 1


def test_bad_role_tokens_are_refused(service):
    now = int(time.time())
    bad = {
        "another key": role_token("admin", key="x" * 43),
        "expired": role_token("admin", exp=now - 1),
        "no exp": role_token("admin", exp=None),
        "not yet": role_token("admin", nbf=now + 3600),
        "no user": role_token("admin", sub=None),
        "two users": role_token("admin", user_id="bob"),
        "roles are no list": role_token(roles="admin"),
        "another algorithm": role_token("admin", header={"alg": "HS512"}),
        "none": role_token("admin", header={"alg": "none"}),
        "crit": role_token("admin", header={"alg": "HS256", "crit": ["exp"]}),
    }
    for name, token in bad.items():
        answer = Client(service, token).get("/sessions")
        assert answer.status == 401, name
        assert answer["WWW-Authenticate"].startswith("Bearer"), name
        assert answer.detail in (REFUSED_TOKEN, "Invalid authentication token"), name
    reasons = service.metrics()
    for reason in ("signature", "expired", "not_yet_valid", "claims", "algorithm", "malformed"):
        assert reasons[f'session_service_tokens_rejected_total{{reason="{reason}"}}'] > 0, reason
    assert Client(service, role_token("viewer", sub=None, user_id="ada")).get("/sessions").status == 200


def test_bad_keys_are_refused(service, make_key):
    good_key = make_key("--user-id", "ada")
    for key in (UNKNOWN, "x", good_key[:-1], good_key + "A", f" {good_key[:-1]}", "flybrowser_" + "/" * 43):
        answer = Key(service, key).get("/sessions")
        assert (answer.status, answer.detail) == (401, REFUSED_KEY), key
    assert Key(service, "").get("/sessions").detail == "API key required"
    both = [good_key, UNKNOWN]
    answer = exchange(service.port, head("/sessions", Connection="close", **{"X-API-Key": both}))[0]
    assert answer.status == 401
    assert Key(service, good_key).get("/sessions").status == 200


def test_a_bearer_comes_before_a_key(service, make_key):
    key = make_key("--user-id", "ada")
    answer = service.request("GET", "/sessions", token=role_token("admin", key="x" * 43), X_API_Key=key)
    assert answer.status == 401
    service.user("bob").create(name="bobs")
    answer = service.request("GET", "/sessions", token=service.provider.token("bob"), X_API_Key=key)
    assert [one["name"] for one in answer.json["sessions"]] == ["bobs"]


def test_a_revoked_key_is_refused_at_once(service, make_key, tmp_path, database):
    key = Key(service, make_key("--user-id", "ada"))
    assert key.get("/sessions").status == 200
    done = command("key", "revoke", "n", env=environment(tmp_path, DATABASE_URL=database))
    assert done.returncode == 0, done
    answer = key.get("/sessions")
    assert (answer.status, answer.detail) == (401, REFUSED_KEY)


def test_a_key_over_its_rate_is_told_when_to_come_back(service, make_key):
    key = Key(service, make_key("--user-id", "ada", "--rate-limit", "2"))
    # Should the hour end meanwhile, its count begins anew.
    answers = [key.get("/sessions") for _ in range(5)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert all(1 <= int(answer["Retry-After"]) <= 3600 for answer in refused)
    assert len(answers) - len(refused) >= 2


def test_without_roles_only_what_carries_none_is_accepted(own_service, make_key, database):
    service = own_service(
        database, FLYBROWSER_JWT_SECRET=SECRET, FLYBROWSER_ADMIN_TOKEN=ADMIN, FLYBROWSER_RBAC_ENABLED="off"
    )
    assert Client(service, role_token("admin")).get("/sessions").status == 401
    assert Client(service, ADMIN).get("/sessions?user_id=ada").status == 401
    assert Key(service, make_key("--user-id", "ada", "--role", "admin")).get("/sessions").status == 403
    assert Key(service, make_key("--user-id", "ada")).get("/sessions").status == 200
    assert service.user("ada").get("/sessions").status == 200


def test_without_a_key_no_role_token_is_accepted(own_service):
    service = own_service()
    assert Client(service, role_token("admin")).get("/sessions").status == 401
    assert Client(service, ADMIN).get("/sessions?user_id=ada").status == 401
    answer = Key(service, UNKNOWN).get("/sessions")
    assert (answer.status, answer.detail) == (401, REFUSED_KEY)


def test_no_key_and_no_token_is_in_the_log(service, make_key):
    key, token = make_key("--user-id", "ada"), role_token("viewer")
    for client in (Key(service, key), Client(service, token), Client(service, ADMIN), Key(service, key + "A")):
        client.get("/sessions")
    lines = service.stop()
    assert lines
    text = "".join(str(line) for line in lines)
    assert all(secret not in text for secret in (key, token, ADMIN, SECRET, token.split(".")[2]))


def test_a_short_role_key_stops_the_start(own_service):
    service = own_service(wait=False, FLYBROWSER_JWT_SECRET="too-short-a-secret")
    assert service.process.wait(60) != 0
    text = "".join(str(line) for line in service.stop())
    assert "FLYBROWSER_JWT_SECRET" in text
    assert "too-short-a-secret" not in text
