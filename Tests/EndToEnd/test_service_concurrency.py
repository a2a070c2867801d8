"""Concurrent requests: one gets a name, no change is lost, no state is torn, and a restarted database is used again."""

import collections
import concurrent.futures
import threading

from harness.service import STATE, good

CROWD = 50


def at_once(count, work):
    """The results of `work(0)` … `work(count - 1)`, started together."""
    barrier = threading.Barrier(count)

    def begin(number):
        barrier.wait()
        return work(number)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_one_of_fifty_creates_of_a_name_wins(alice):
    answers = at_once(CROWD, lambda number: alice.post(good(description=f"by {number}")))
    assert collections.Counter(answer.status for answer in answers) == {201: 1, 409: CROWD - 1}
    assert {answer.detail for answer in answers if answer.status == 409} == {"Session with name 'work' already exists"}
    winner = next(answer for answer in answers if answer.status == 201).json
    (only,) = alice.get("/sessions").json["sessions"]
    assert winner.items() <= only.items()


def test_fifty_users_may_use_the_same_name(service):
    people = [service.user(f"crowd_{number}") for number in range(CROWD)]
    answers = at_once(CROWD, lambda number: people[number].post(good()))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == CROWD


def test_a_rename_has_one_winner(alice):
    paths = [f"/sessions/{alice.create(name=f'n{number}')['id']}" for number in range(20)]
    answers = at_once(20, lambda number: alice.put(paths[number], {"name": "wanted"}))
    assert collections.Counter(answer.status for answer in answers) == {200: 1, 409: 19}
    assert alice.names().count("wanted") == 1


def test_changes_of_different_fields_all_survive(alice):
    path = f"/sessions/{alice.create()['id']}"
    for number in range(10):
        state = {"cookies": [], "origins": [], "round": number}
        changes = [
            {"name": f"n{number}"},
            {"description": f"d{number}"},
            {"expires_at": f"20{30 + number}-01-01T00:00:00Z"},
            {"storage_state": state},
        ]
        answers = at_once(4, lambda one, changes=changes: alice.put(path, changes[one]))
        assert [answer.status for answer in answers] == [200] * 4
        session = alice.get(path).json
        seen = {"name": session["name"], "description": session["description"], "expires_at": session["expires_at"]}
        assert seen == changes[0] | changes[1] | changes[2]
        assert alice.get(f"{path}/state").json == {"storage_state": state}


def test_a_delete_has_one_winner(alice):
    path = f"/sessions/{alice.create()['id']}"
    answers = at_once(20, lambda _: alice.delete(path))
    assert collections.Counter(answer.status for answer in answers) == {200: 1, 404: 19}


def test_no_state_is_torn_while_it_is_changed_and_deleted(alice):
    """A read returns a whole state that was written, or none."""
    states = [{"cookies": [], "origins": [], "text": letter * 50_000} for letter in "ab"]
    done = threading.Event()
    path = []

    def write():
        for _ in range(5):
            created = alice.create(storage_state=states[0])
            path.append(f"/sessions/{created['id']}")
            for state in reversed(states):
                assert alice.put(path[-1], {"storage_state": state}).status == 200
            assert alice.delete(path[-1]).status == 200
        done.set()

    def read(_):
        seen = collections.Counter()
        while not done.is_set():
            if path:
                answer = alice.get(f"{path[-1]}/state")
                seen[answer.status] += 1
                assert answer.status in (200, 404), answer
                assert answer.status == 404 or answer.json["storage_state"] in states
        return seen

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read, number) for number in range(4)]
        writer = pool.submit(write)
        try:
            writer.result()
        finally:
            done.set()
        total = sum((reader.result() for reader in readers), collections.Counter())
    assert total[200] > 0


class Worker:
    """Creates, changes and reads until stopped, and remembers what the service confirmed."""

    def __init__(self, user, number):
        self.user, self.number = user, number
        self.promised, self.statuses, self.faults = {}, collections.Counter(), []
        self.changed = threading.Condition()

    def run(self, stop):
        for attempt in range(1_000_000):
            if stop.is_set():
                return
            name = f"w{self.number}-{attempt}"
            created = self.note(self.user.post(good(name=name)))
            if created.status != 201:
                continue
            identity = created.json["id"]
            self.promised[identity] = {None, "changed"}
            if self.note(self.user.put(f"/sessions/{identity}", {"description": "changed"})).status == 200:
                self.promised[identity] = {"changed"}
            self.note(self.user.get(f"/sessions/{identity}/state"))
            if attempt % 5 == 0 and self.note(self.user.delete(f"/sessions/{identity}")).status != 404:
                del self.promised[identity]

    def note(self, answer):
        with self.changed:
            self.statuses[answer.status] += 1
            if answer.status not in (200, 201) and (answer.status, answer["Retry-After"] is None) != (503, False):
                self.faults.append(answer)
            self.changed.notify_all()
        return answer

    def wait_for(self, wanted):
        with self.changed:
            assert self.changed.wait_for(wanted, 30), self.statuses

    def wait_for_more(self, status, count=5):
        seen = self.statuses[status]
        self.wait_for(lambda: self.statuses[status] >= seen + count)


def test_a_restart_of_postgres_under_load_loses_nothing(own_postgres, own_service):
    """Answers are 2xx, or 503 with `Retry-After`. Nothing that got 2xx is lost."""
    postgres = own_postgres()
    service = own_service(postgres.url(postgres.new_database()))
    workers = [Worker(service.user(f"worker_{number}"), number) for number in range(6)]
    stop = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        running = [pool.submit(worker.run, stop) for worker in workers]
        try:
            for _ in range(3):
                workers[0].wait_for_more(201)
                postgres.halt()
                workers[1].wait_for_more(503)
                assert service.admin("/ready").status == 503
                assert service.admin("/health").status == 200
                postgres.start()
                for worker in workers:
                    worker.wait_for_more(201)
                assert service.admin("/ready").status == 200
        finally:
            stop.set()
        for one in running:
            one.result()
    for worker in workers:
        assert worker.faults == []
        sessions = {one["id"]: one["description"] for one in worker.user.get("/sessions").json["sessions"]}
        for identity, descriptions in worker.promised.items():
            assert sessions.get(identity, "lost") in descriptions
        some = next(iter(worker.promised))
        assert worker.user.state(some) == STATE


def test_the_service_may_start_before_its_database(own_postgres, own_service):
    """The service may start before its database, unless it must make the table."""
    postgres = own_postgres()
    url = postgres.url(postgres.new_database())
    own_service(url).stop()
    postgres.halt()
    service = own_service(url, SESSION_INIT_DB="false")
    user = service.user("user_one")
    answer = user.get("/sessions")
    assert answer.status == 503
    assert int(answer["Retry-After"]) >= 1
    assert service.admin("/ready").status == 503
    postgres.start()
    waiting = threading.Event()
    for _ in range(200):
        if user.get("/sessions").status == 200:
            break
        waiting.wait(0.05)
    user.create()
    assert service.admin("/ready").status == 200
