# docker build --tag kedge .
# With PostgreSQL's server programs inside, so that there is a scratch; --build-arg SERVER= leaves them out.
FROM swift:6.3-bookworm AS build
WORKDIR /kedge
RUN apt-get update && apt-get install --yes --no-install-recommends make \
    libpq-dev libsqlite3-dev libyaml-dev libssl-dev && rm -rf /var/lib/apt/lists/*
COPY . .
RUN make release && install .build/release/kedge /usr/local/bin/kedge

FROM debian:bookworm-slim
ARG SERVER=postgresql
RUN apt-get update \
    && mkdir -p /etc/postgresql-common \
    && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \
    && apt-get install --yes --no-install-recommends --option Dpkg::Options::=--force-confold \
      libpq5 libssl3 libstdc++6 ca-certificates git $SERVER \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local/bin/kedge /usr/local/bin/kedge
RUN useradd --create-home kedge
USER kedge
WORKDIR /work
ENTRYPOINT ["kedge"]
