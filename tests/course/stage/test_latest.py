"""The newest request wins: tried with gates instead of clocks."""

import threading

import pytest

from sacnotes_lib.course.stage.latest import NewestWins


class Gated:
    """Work that begins when asked and ends when let through."""

    def __init__(self):
        self.begun = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.shown_one = threading.Semaphore(0)
        self.worked, self.shown, self.at_once, self.most_at_once = [], [], 0, 0
        self.newest = NewestWins(self.work, self.show)

    def work(self, request):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.worked.append(request)
        self.begun.release()
        assert self.gate.acquire(timeout=30)
        self.at_once -= 1
        return request * 10

    def show(self, request, result):
        self.shown.append((request, result))
        self.shown_one.release()


def test_overtaken_results_are_dropped_and_the_last_is_shown():
    gated = Gated()
    threading.Thread(target=gated.newest.request, args=(1,)).start()
    assert gated.begun.acquire(timeout=30)
    for request in (2, 3, 4):  # a drag goes on while the first picture is computed
        gated.newest.request(request)
    gated.gate.release()
    assert gated.begun.acquire(timeout=30)
    gated.gate.release()
    assert gated.shown_one.acquire(timeout=30)
    assert gated.worked == [1, 4]
    assert gated.shown == [(4, 40)]
    assert gated.most_at_once == 1


def test_a_request_from_another_thread_waits_its_turn():
    gated = Gated()
    first = threading.Thread(target=gated.newest.request, args=(1,))
    first.start()
    assert gated.begun.acquire(timeout=30)
    gated.newest.request(2)  # returns at once: the thread that is working takes it over
    gated.gate.release(2)
    first.join(timeout=30)
    assert gated.shown == [(2, 20)]
    assert gated.most_at_once == 1


def test_requests_after_a_pause_are_all_shown():
    shown = []
    newest = NewestWins(lambda x: x + 1, lambda request, result: shown.append((request, result)))
    for request in range(3):
        newest.request(request)
    assert shown == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_leaves_the_way_free(error):
    shown = []

    def work(request):
        if request == "bad":
            raise error
        return request

    newest = NewestWins(work, lambda request, result: shown.append(result))
    with pytest.raises(error):
        newest.request("bad")
    newest.request("good")
    assert shown == ["good"]
