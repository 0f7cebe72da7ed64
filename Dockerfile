# The local stack in a container: docs/local-stack.md#in-a-container. `docker build .` compiles the program;
# `docker build --target prebuilt .` copies a program that was compiled before, from target/docker/usher.
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim
ARG RUST_IMAGE=docker.io/library/rust:1.95-slim-bookworm

FROM ${BASE_IMAGE} AS runtime
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin usher \
    && install --directory --owner=usher --group=usher /data
USER usher
VOLUME /data
ENV USHER_HOST=0.0.0.0 USHER_PORT=9000 USHER_AWS_HOST=0.0.0.0 USHER_AWS_PORT=4566 USHER_DATA_DIR=/data
EXPOSE 9000 4566
# The base image has neither curl nor wget, but bash opens sockets.
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/$USHER_PORT && printf 'GET /_local/functions HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q underWay <&3"]
ENTRYPOINT ["usher"]

FROM runtime AS prebuilt
COPY target/docker/usher /usr/local/bin/usher

FROM ${RUST_IMAGE} AS compiled
WORKDIR /source
COPY . .
RUN cargo build --profile local-stack --locked --package local

FROM runtime
COPY --from=compiled /source/target/local-stack/usher /usr/local/bin/usher
