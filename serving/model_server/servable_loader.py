"""Loads versions as the server's options say: session, batching, limits, warm-up."""

from __future__ import annotations

import time

import grpc
from tensorflow.core.protobuf import config_pb2

from objects_that_sound.serving.model_server import text_proto, warmup
from objects_that_sound.serving.model_server.batch_scheduler import BatchScheduler
from objects_that_sound.serving.model_server.metrics import Metrics
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder


class ServableLoader:
    """Makes a servable of a version's folder."""

    def __init__(
        self,
        options: ModelServerOptions,
        metrics: Metrics,
        batch_scheduler: BatchScheduler | None = None,
    ):
        """Args: `batch_scheduler`: shared by all models; None for no batching.

        Raises:
            ValueError: the session's configuration cannot be read.
        """
        self._options = options
        self._metrics = metrics
        self._batch_scheduler = batch_scheduler
        self._session_config = _session_config(options)

    def __call__(self, folder: VersionFolder) -> Servable:
        """Loads and warms up.

        Raises:
            ServingError: the folder is incomplete or damaged, TensorFlow cannot load it, or it does
                not answer its own warm-up requests.
        """
        path, start, status = folder.address, time.perf_counter(), grpc.StatusCode.OK
        try:
            servable = Servable(
                folder,
                self._options.saved_model_tags,
                session_config=self._session_config,
                batch_scheduler=self._batch_scheduler,
                max_image_pixels=self._options.max_image_pixels,
            )
        except ServingError as error:
            status = error.code
            raise
        finally:
            self._metrics.load_attempt_count.labels(path, _word(status)).inc()
        self._metrics.load_latency.labels(path).inc(int((time.perf_counter() - start) * 1e6))
        if self._options.enable_model_warmup:
            try:
                self._warm_up(servable, folder)
            except BaseException:
                servable.close()
                raise
        return servable

    def _warm_up(self, servable: Servable, folder: VersionFolder) -> None:
        iterations = self._options.num_request_iterations_for_warmup
        start, status = time.perf_counter(), grpc.StatusCode.OK
        try:
            count = warmup.warm_up(servable, folder.path, iterations)
        except ServingError as error:
            status, count = error.code, 1
            raise ServingError(
                error.code, f"warm-up of {folder.address}: {error.message}"
            ) from error
        finally:
            if status is not grpc.StatusCode.OK or count:
                self._metrics.model_warmup_latency.labels(folder.address, _word(status)).observe(
                    (time.perf_counter() - start) * 1e6
                )


def _word(status: grpc.StatusCode) -> str:
    return "success" if status is grpc.StatusCode.OK else status.name


def _session_config(options: ModelServerOptions) -> config_pb2.ConfigProto:
    config = config_pb2.ConfigProto()
    if options.tensorflow_session_config_file is not None:
        flag = "tensorflow_session_config_file"
        text_proto.parse(options.tensorflow_session_config_file, flag, config)
    both = options.tensorflow_session_parallelism
    intra = options.tensorflow_intra_op_parallelism or both
    inter = options.tensorflow_inter_op_parallelism or both
    if intra:
        config.intra_op_parallelism_threads = intra
    if inter:
        config.inter_op_parallelism_threads = inter
    if options.per_process_gpu_memory_fraction:
        fraction = options.per_process_gpu_memory_fraction
        config.gpu_options.per_process_gpu_memory_fraction = fraction
    return config
