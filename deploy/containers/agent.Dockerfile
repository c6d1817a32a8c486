# The agent, with the Redis that it runs: docker build -f deploy/containers/agent.Dockerfile -t selvedge/agent .
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY edge-runtime edge-runtime
RUN npm ci --workspace=edge-runtime --include-workspace-root=false && npm run build --workspace=edge-runtime \
  && npm ci --workspace=edge-runtime --include-workspace-root=false --omit=dev

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production SELVEDGE_FOLDER=/var/lib/selvedge-agent SELVEDGE_GATEWAY_HOST=0.0.0.0 SELVEDGE_GATEWAY_PORT=8090
WORKDIR /app
COPY --from=build --chown=root:root /app /app
RUN install -d -o node -g node -m 0700 /var/lib/selvedge-agent
# Memory, as edge-runtime/host/launch.ts says.
ENV NODE_OPTIONS=--max-semi-space-size=4 MALLOC_ARENA_MAX=2 NODE_COMPILE_CACHE=/var/lib/selvedge-agent/compile-cache
USER node
VOLUME /var/lib/selvedge-agent
EXPOSE 8090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8090/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "edge-runtime/dist/main.js"]
