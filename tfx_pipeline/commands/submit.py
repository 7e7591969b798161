"""`ots submit`: a run on Kubeflow Pipelines."""

from __future__ import annotations

import functools

import click


@click.command("submit")
@click.argument("package", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--host", required=True, envvar="KF_PIPELINES_ENDPOINT", help="URL of Kubeflow Pipelines."
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Parameter of the run, for example preset=full. May be given several times. A list takes one "
    "for each value.",
)
@click.option("--experiment", help="Name of the experiment that the run is filed under.")
@click.option("--run-name", help="Name of the run.  [default: the file's name and the time]")
@click.option("--namespace", help="Namespace of the run, for a Kubeflow with several users.")
@click.option(
    "--service-account",
    help="Kubernetes service account that the steps run as.  [default: the cluster's]",
)
@click.option(
    "--token",
    envvar="KF_PIPELINES_TOKEN",
    help="Token for the server. KF_PIPELINES_TOKEN is the safer place for it.",
)
@click.option(
    "--cache/--no-cache",
    default=None,
    help="Reuse earlier results in all steps, or in none.  [default: as compiled]",
)
@click.option(
    "--wait",
    is_flag=True,
    help="Wait for the end. The exit status is 1 if the run did not succeed.",
)
def command(
    package: str,
    host: str,
    parameters: tuple[str, ...],
    experiment: str | None,
    run_name: str | None,
    namespace: str | None,
    service_account: str | None,
    token: str | None,
    cache: bool | None,
    wait: bool,
) -> None:
    """Run PACKAGE, a file of `ots compile`, on Kubeflow Pipelines.

    Vertex AI takes the same file by other means; see docs/kubeflow.md.
    """
    try:
        import kfp  # noqa: F401
    except ImportError as error:
        raise click.ClickException(
            f"{error}: install kfp with pip install 'objects-that-sound[kubeflow]'"
        ) from error
    from objects_that_sound.tfx_pipeline.kubeflow.submit_pipeline import (
        SUCCEEDED,
        SubmitError,
        submit_pipeline,
    )

    try:
        run_id, state = submit_pipeline(
            package,
            host,
            parameters,
            experiment=experiment,
            run_name=run_name,
            namespace=namespace,
            service_account=service_account,
            token=token,
            cache=cache,
            wait=wait,
            tell=functools.partial(click.echo, err=True),
        )
    except SubmitError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Run {run_id}")
    if state not in (None, SUCCEEDED):
        raise SystemExit(1)
