"""``cohortopt serve``: answer over HTTP."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
def serve(host: str, port: int) -> None:
    """Answer POST /solve, POST /verify, GET /programs, /schema and /health.

    Needs the extra: pip install "cohortopt[serve]".
    """
    try:
        import uvicorn

        from cohortopt.serve import make_app
    except ImportError as error:
        told = f'serving needs an extra: pip install "cohortopt[serve]" ({error.name} is missing)'
        raise click.UsageError(told) from None
    uvicorn.run(make_app(), host=host, port=port, log_level="info")
