# The session service. Build from the repository's root:
#   docker build -f deploy/docker/session-service.Dockerfile -t session-service .
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl-dev zlib1g-dev libcurl4-openssl-dev libpq-dev libsqlite3-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
COPY scripts/build-release scripts/start-order.txt scripts/
RUN scripts/build-release session-service

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libpq5 libsqlite3-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10003 --no-create-home --shell /usr/sbin/nologin session-service \
    && install -d -o session-service -m 0700 /var/lib/cdp-proxy
COPY --from=build /src/.build/dist/session-service /usr/local/bin/session-service
USER session-service
ENV SESSION_LISTEN=0.0.0.0:8000
EXPOSE 8000
ENTRYPOINT ["session-service"]
