# The control plane: docker build -f deploy/containers/control-plane.Dockerfile -t selvedge/control-plane .
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY edge-runtime/package.json edge-runtime/
COPY tools/launch.mjs tools/
RUN node tools/launch.mjs --install-only
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
# Git reads repositories, by the certificates that this system trusts.
RUN apt-get update && apt-get install --yes --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 SELVEDGE_STATE=/var/lib/selvedge
WORKDIR /app
COPY --from=build --chown=root:root /app /app
RUN install -d -o node -g node -m 0700 /var/lib/selvedge
USER node
VOLUME /var/lib/selvedge
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/main.ts"]
