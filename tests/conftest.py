"""What holds for all tests."""

import gc

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from musivum.cli import main
from musivum.library import generate_tiles

settings.register_profile("untimed", deadline=None)  # the first example may compile a kernel, and machines are busy
settings.load_profile("untimed")


def pytest_collection_finish():
    """What was imported and collected stays: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_thread_of_blas():
    """Small products gain nothing from more, and on a busy machine the threads wait for each other."""
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture(scope="session")
def builtin_tiles():
    """The tiles that come with musivum, drawn once: pixels by name, in order."""
    return dict(generate_tiles())


@pytest.fixture
def program(capsys):
    """Run musivum in this process: its exit code, what it prints, and what it complains of."""

    def call(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
