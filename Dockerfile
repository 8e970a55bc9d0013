# Every image of the project, by one pattern: `docker compose build` makes them all; docker-compose.yml says what differs.
#
#   SERVICE   the folder in services/
#   PORT      where it listens
#   RUNTIME   plain, or chromium for a service that drives a browser
#
# Node runs the TypeScript sources as they are, so nothing is compiled. It refuses to do so for files below node_modules:
# the workspace keeps its folders and `pnpm install` links them (docs/adr/0001).

ARG BASE=node:24-bookworm-slim
ARG RUNTIME=plain

# --- what every image stands on: Node, and an init that passes signals on and collects orphans
FROM ${BASE} AS plain
RUN apt-get update -q \
  && apt-get install -y -q --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
  && install -d -o node -g node /media /evidence
ENV NODE_ENV=production HOST=0.0.0.0 MEDIA_DIR=/media
WORKDIR /app
COPY deploy/images/healthcheck.mjs /app/

FROM plain AS chromium
RUN apt-get update -q \
  && apt-get install -y -q --no-install-recommends chromium fonts-liberation fonts-noto-color-emoji \
  # Chromium draws with libraries of its own; drivers of graphics cards, documentation and cursors are 300 MB.
  && rm -rf /usr/lib/*-linux-gnu/dri /usr/lib/*-linux-gnu/libLLVM* /usr/lib/*-linux-gnu/libz3* \
    /usr/share/doc /usr/share/icons /usr/share/locale /usr/share/man /var/lib/apt/lists/* /var/cache/* /var/log/*
# Its home is read-only: what Chromium keeps goes to /tmp.
ENV CHROMIUM_PATH=/usr/bin/chromium HOME=/tmp

# --- the manifests alone, so that dependencies are installed anew only when one of those changes
FROM ${BASE} AS manifests
COPY . /src
RUN mkdir /manifests && cd /src \
  && find . -name package.json -not -path '*/node_modules/*' -exec cp --parents {} /manifests/ \; \
  && cp pnpm-lock.yaml pnpm-workspace.yaml /manifests/

# --- production dependencies of one package and of what it uses from the workspace; no install script runs
FROM ${BASE} AS dependencies
ARG SERVICE
WORKDIR /app
COPY --from=manifests /manifests .
RUN npx --yes "$(node -p 'require("./package.json").packageManager')" install --prod --frozen-lockfile --ignore-scripts \
    --pm-on-fail=ignore --package-import-method=copy --store-dir=/tmp/store --filter-prod "@lanekeeper/${SERVICE}..." \
  && find . -maxdepth 3 -name package.json -not -path './node_modules/*' -execdir sh -c '[ -d node_modules ] || rm package.json' \; \
  && find . -maxdepth 2 -type d -empty -delete && rm -rf node_modules/.modules.yaml node_modules/.pnpm-workspace-state*.json

# --- a service
FROM ${RUNTIME} AS service
ARG SERVICE
ARG PORT
ARG VERSION=dev
ARG REVISION=unknown
COPY --from=dependencies /app /app
COPY packages /app/packages
COPY services/${SERVICE} /app/services/${SERVICE}
WORKDIR /app/services/${SERVICE}
ENV PORT=${PORT}
EXPOSE ${PORT}
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/healthcheck.mjs", "/healthz"]
ENTRYPOINT ["tini", "--", "node"]
CMD ["src/main.ts"]
LABEL org.opencontainers.image.title="lanekeeper-${SERVICE}" \
  org.opencontainers.image.description="Lanekeeper: ${SERVICE}" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"

# --- the simulated outside world, for trying only. Holds an AGPL-3.0 package: never a base of anything above.
FROM plain AS demo
COPY --from=dependencies /app /app
COPY packages /app/packages
COPY demo /app/demo
WORKDIR /app/demo
EXPOSE 5000
USER 1000:1000
ENTRYPOINT ["tini", "--", "node"]
LABEL org.opencontainers.image.title="lanekeeper-demo" \
  org.opencontainers.image.description="Lanekeeper: the simulated outside world, for trying it" \
  org.opencontainers.image.licenses="MIT AND AGPL-3.0-only"
