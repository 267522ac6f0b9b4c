"""Work in threads whose results keep their order."""

import threading
import time

import pytest

from musivum.threads import in_order


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("number", [0, 1, 3, 50])
def test_results_come_in_the_order_of_the_items(workers, number):
    def slow(item):
        time.sleep(0.001 * (item % 3))
        return item * item

    assert list(in_order(slow, range(number), workers)) == [item * item for item in range(number)]


def test_few_items_are_taken_ahead_and_all_before_the_last_result():
    taken = []
    results = in_order(lambda item: item, (taken.append(item) or item for item in range(10)), 2, ahead=3)
    assert taken == []
    for i, _ in enumerate(results):
        assert len(taken) == min(i + 4, 10)


def test_a_fault_ends_it_without_the_rest_being_done():
    done = []
    gate = threading.Event()

    def fail(item):
        gate.wait(5)
        if item == 1:
            raise ZeroDivisionError
        time.sleep(0.002)
        done.append(item)

    results = in_order(fail, range(100), 1, ahead=50)
    gate.set()
    with pytest.raises(ZeroDivisionError):
        list(results)
    assert len(done) < 40
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("musivum_")]
