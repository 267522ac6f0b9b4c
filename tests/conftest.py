"""What holds for all tests."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def one_thread_of_blas():
    """Small products gain nothing from more, and on a busy machine the threads wait for each other."""
    with threadpool_limits(1, user_api="blas"):
        yield
