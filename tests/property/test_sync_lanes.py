"""The laws of the queue: nothing is lost, the urgent goes first, and nothing waits for ever."""

from hypothesis import assume, given
from hypothesis import strategies as st

from erplink.sync.lanes import PATIENCE, Lanes, WorkKey
from erplink.sync.state import Lane

connections = st.sampled_from(["a", "b", "c"])
keys = st.builds(WorkKey, connections, st.sampled_from(["x", "y", "z"]))
lanes = st.sampled_from(Lane)
ranks = st.integers(0, 2)
pauses = st.sampled_from([0.0, 1.0, 11.0, 70.0, 700.0])
adding = st.tuples(st.just("add"), keys, lanes, ranks)
acting = st.one_of(
    adding,
    adding,
    st.tuples(st.just("take"), st.sets(connections)),
    st.tuples(st.just("cancel"), keys),
    st.tuples(st.just("cancel all"), connections),
)
histories = st.lists(st.tuples(pauses, acting), max_size=40)
turns = st.integers(1, 4)


class Line:
    """What should wait, as one would write it down by hand."""

    def __init__(self):
        self.rows = {}
        self.arrivals = 0

    def add(self, key, lane, rank, now):
        before = self.rows.get(key)
        since = before[2] if before else now
        lane = min(lane, before[0]) if before else lane
        if before is None or before[:3] != (lane, rank, since):
            self.arrivals += 1
            self.rows[key] = (lane, rank, since, self.arrivals)

    def most_urgent(self, may_run):
        return min((row, key) for key, row in self.rows.items() if may_run(key))[1]

    def first_overdue(self, now, may_run):
        places = [(self.overdue(key), key) for key in self.rows if may_run(key)]
        return min((place for place in places if place[0][0] <= now), default=(None, None))[1]

    def overdue(self, key):
        lane, _, since, arrival = self.rows[key]
        return since + PATIENCE[lane], arrival


@given(histories, turns)
def test_what_is_taken_is_the_most_urgent_or_the_first_overdue(history, n):
    """Of what may run; whatever else waits keeps its place, its age and its most urgent lane."""
    queue, line, now = Lanes(urgent_in_a_row=n), Line(), 0.0
    for pause, (act, *what) in history:
        now += pause
        if act == "add":
            key, lane, rank = what
            work = queue.add(key, lane, now, rank=rank)
            line.add(key, lane, rank, now)
            assert (work.lane, work.rank, work.since) == line.rows[key][:3]
        elif act == "take":
            work = queue.take(now, lambda key, busy=what[0]: key.connection not in busy)
            free = [key for key in line.rows if key.connection not in what[0]]
            assert (work is not None) == bool(free)
            if work:
                expected = (line.most_urgent(free.__contains__),)
                expected += (line.first_overdue(now, free.__contains__),)
                assert work.key in expected
                assert (work.lane, work.rank, work.since) == line.rows.pop(work.key)[:3]
        elif act == "cancel":
            assert queue.cancel(what[0]) == bool(line.rows.pop(what[0], None))
        else:
            cancelled = {work.key for work in queue.cancel_all(what[0])}
            assert {key for key in line.rows if key.connection == what[0]} == cancelled
            line.rows = {key: row for key, row in line.rows.items() if key not in cancelled}

        assert len(line.rows) == len(queue) == sum(queue.depth().values())
        assert sorted(line.rows, key=line.rows.__getitem__) == [work.key for work in queue]
        assert all(key in queue for key in line.rows)


@given(st.lists(adding, max_size=15))
def test_as_long_as_nothing_is_overdue_work_goes_by_lane_rank_and_age(added):
    """In that order, and what came first goes first."""
    queue = Lanes()
    for at, (_, key, lane, rank) in enumerate(added):
        queue.add(key, lane, at / 100, rank=rank)
    expected = list(queue)

    taken = [queue.take(1.0) for _ in expected]

    assert expected == taken
    assert expected == sorted(taken, key=lambda work: (work.lane, work.rank, work.since))


@given(st.lists(adding, min_size=1, max_size=15), st.data(), turns, histories)
def test_the_wait_of_overdue_work_has_a_bound(added, data, n, history):
    """With m overdue before it, it is among the next (m + 1)(n + 1) taken, whatever arrives."""
    queue, line, now = Lanes(urgent_in_a_row=n), Line(), 0.0
    for _, key, lane, rank in added:
        now += 0.5
        queue.add(key, lane, now, rank=rank)
        line.add(key, lane, rank, now)
    mine = data.draw(st.sampled_from(sorted(line.rows, key=repr)))
    now = max(now, line.overdue(mine)[0])
    before = sum(line.overdue(key) < line.overdue(mine) for key in line.rows)

    taken = 0
    for pause, (act, *what) in [*history, *[(1.0, ("take",))] * 1000]:
        now += pause
        if act == "add" and what[0] != mine:
            known = {work.key: work.lane for work in queue}
            # Work that is raised into a more urgent lane may come to stand before it.
            before += what[1] < known.get(what[0], what[1])
            queue.add(what[0], what[1], now, rank=what[2])
        elif act == "take":
            # The worst that can arrive: somebody always wants something at once.
            queue.add(WorkKey("d", str(taken)), Lane.INTERACTIVE, now, rank=-1)
            taken += 1
            if queue.take(now).key == mine:
                break

    assert taken <= (before + 1) * (n + 1)


@given(st.lists(adding, max_size=15), connections, turns, st.integers(0, 2), st.integers(0, 6))
def test_the_wait_of_urgent_work_has_a_bound(added, connection, n, rank, ahead):
    """With u before it in urgency, it is among the next u + 1 + u // n + 1 that are taken."""
    queue = Lanes(urgent_in_a_row=n)
    for _, key, lane, rank_of_key in added:
        queue.add(key, max(lane, Lane.EVENT), 0.0, rank=rank_of_key)
    now = 1_000_000.0
    for at in range(ahead):
        queue.add(WorkKey("before", str(at)), Lane.INTERACTIVE, now, rank=rank)
    mine = WorkKey(connection, "now")
    queue.add(mine, Lane.INTERACTIVE, now, rank=rank)

    most = ahead + 1 + ahead // n + 1
    assert mine in [work.key for _ in range(most) if (work := queue.take(now))]


@given(st.lists(adding, max_size=10), turns, st.floats(0.1, 20))
def test_the_wait_in_seconds_has_a_bound(added, n, service):
    """Taken every s seconds, bulk work waits for its patience and s (m + 1)(n + 1) at most."""
    queue, now = Lanes(urgent_in_a_row=n), 0.0
    for _, key, lane, rank in added:
        queue.add(key, lane, now, rank=rank)
    mine = WorkKey("d", "bulk")
    queue.add(mine, Lane.BULK, now, rank=9)
    before = len(queue) - 1
    most = PATIENCE[Lane.BULK] + service * (before + 1) * (n + 1)

    while True:
        queue.add(WorkKey("d", str(now)), Lane.INTERACTIVE, now)
        if queue.take(now).key == mine:
            break
        now += service

    assert now <= most


@given(st.lists(adding, max_size=10), keys, lanes, pauses)
def test_work_yields_to_what_is_more_urgent_for_its_connection(added, key, lane, now):
    """Or to what is overdue in its own lane; other connections have nothing to do with it."""
    queue, line = Lanes(), Line()
    for _, each, its_lane, rank in added:
        queue.add(each, its_lane, 0.0, rank=rank)
        line.add(each, its_lane, rank, 0.0)
    others = [each for each in line.rows if each.connection == key.connection]

    more_urgent = any(line.rows[each][0] < lane for each in others)
    overdue = any(
        line.rows[each][0] == lane and line.overdue(each)[0] <= now
        for each in others
        if each != key
    )
    assert (more_urgent or overdue) == queue.wants(key, lane, now)


@given(st.lists(adding, min_size=1, max_size=10), st.integers(1, 5))
def test_what_may_not_run_is_never_lost(added, tries):
    """However often it is passed over, it is there afterwards, as old as it was."""
    queue = Lanes()
    for _, key, lane, rank in added:
        queue.add(key, lane, 0.0, rank=rank)
    before = list(queue)
    assume(before)

    assert [None] * tries == [queue.take(float(at), lambda _: False) for at in range(tries)]
    assert before == list(queue)
