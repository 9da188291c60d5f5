"""Executors: threads here, or Dask for more than one machine (extra ``dask``)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from cohortopt.errors import InputError, Problem

RETRIES = 5  # of a task whose worker died


@contextmanager
def executor_for(jobs: int = 1, dask: str | None = None) -> Iterator[Executor | None]:
    """Yield an executor: None for one job, threads for several, Dask's for an address.

    Parameters
    ----------
    jobs
        How many tasks run at the same time (workers of a local Dask cluster).
    dask
        ``tcp://host:8786`` of a scheduler, or ``local`` for a cluster on this machine. A task
        whose worker dies is run again on another.

    Raises
    ------
    InputError
        If Dask is not installed or its scheduler does not answer.
    """
    if dask is not None:
        with _dask(dask, jobs) as executor:
            yield executor
    elif jobs <= 1:
        yield None
    else:
        with ThreadPoolExecutor(jobs, thread_name_prefix="cohortopt") as pool:
            yield pool


@contextmanager
def _dask(address: str, jobs: int) -> Iterator[Executor]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        fix = "Install it: pip install 'cohortopt[dask]'."
        raise InputError([Problem("", 0, "--dask", "CO169", "", "Dask", fix)]) from error
    cluster = None
    try:
        if address == "local":
            cluster = LocalCluster(
                n_workers=max(1, jobs), threads_per_worker=1, dashboard_address=None
            )
        client = Client(cluster or address, timeout="10s")
    except (OSError, ValueError) as error:
        if cluster is not None:
            cluster.close()
        expected = "a scheduler that answers, like tcp://host:8786, or local"
        raise InputError(
            [Problem("", 0, "--dask", "CO169", f'"{address}"', expected, str(error))]
        ) from error
    try:
        with client.get_executor(pure=False, retries=RETRIES) as executor:
            yield executor
    finally:
        client.close()
        if cluster is not None:
            cluster.close()
