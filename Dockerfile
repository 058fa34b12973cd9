# syntax=docker/dockerfile:1
# Two images of one program.
#
# The services over a ClickHouse server, without the embedded engine (which is half a gigabyte, and not needed then):
#   docker build -t afterlog . && docker run --read-only -e AFTERLOG_CLICKHOUSE_URL=… afterlog services/query/main.ts
#
# All in one: ingest, the projector and query in one process, over the embedded engine, its data in a volume:
#   docker build --target all-in-one -t afterlog-all-in-one .
#   docker run -p 127.0.0.1:8080:8080 -v afterlog:/data afterlog-all-in-one

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Of the optional packages only the engine goes: the binaries of others are optional too, one for each platform. Versions are those of
# the lockfile. No scripts run: the only one that does something downloads another Node.
RUN npm pkg delete optionalDependencies \
  && npm install --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim AS packages-with-engine
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim AS page
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY services/web ./services/web
RUN node services/web/build.ts

FROM node:24.21.0-bookworm-slim AS program
# As process 1 it passes signals on and reaps.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json LICENSE ./
COPY shared ./shared
COPY services ./services
COPY --from=page /app/services/web/dist ./services/web/dist
COPY migrations ./migrations
COPY demo ./demo
# Messages name its pages.
COPY docs ./docs
ENV NODE_ENV=production \
  AFTERLOG_HTTP_HOST=0.0.0.0 \
  AFTERLOG_HTTP_PORT=8080 \
  MALLOC_ARENA_MAX=2 \
  NODE_OPTIONS="--max-semi-space-size=16 --disable-warning=TimeoutNegativeWarning"
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.AFTERLOG_HTTP_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--", "node"]

# The engine needs glibc, which this base has and Alpine has not.
FROM program AS all-in-one
COPY --from=packages-with-engine /app/node_modules ./node_modules
ENV AFTERLOG_DATA_DIR=/data \
  MALLOC_MMAP_THRESHOLD_=262144
RUN install -d -m 0700 -o node -g node /data
VOLUME /data
USER node
CMD ["services/main.ts"]

FROM program AS services
COPY --from=packages /app/node_modules ./node_modules
USER node
CMD ["services/ingest/main.ts"]
