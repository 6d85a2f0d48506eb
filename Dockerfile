# Nightloom in one image; its processes are the commands `api`, `worker` and `worker --host <id>` (docs/deployment.md).
# glibc: the Temporal SDK brings native code for it.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /opt/nightloom
# The dashboard is built with the development packages, which the images below do not get.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm run --if-present build:web && mkdir -p web/dist
# `node` is this image's own; the package of that name would only be dead weight.
RUN npm prune --omit=dev --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node

FROM ${NODE_IMAGE} AS nightloom
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client procps \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 nightloom \
  && useradd --uid 10001 --gid nightloom --create-home nightloom \
  && install --directory --owner nightloom --group nightloom --mode 0700 /var/lib/nightloom
WORKDIR /opt/nightloom
COPY --from=build /opt/nightloom/package.json /opt/nightloom/nightloom ./
COPY --from=build /opt/nightloom/node_modules ./node_modules
COPY --from=build /opt/nightloom/dist ./dist
COPY --from=build /opt/nightloom/src ./src
COPY --from=build /opt/nightloom/web/dist ./web/dist
RUN ln -s /opt/nightloom/nightloom /usr/local/bin/nightloom
ENV NIGHTLOOM_HOME=/var/lib/nightloom
USER nightloom
VOLUME /var/lib/nightloom
ENTRYPOINT ["nightloom"]
CMD ["--help"]

# A host: the same, and the agents that are to work on it, as npm packages with versions.
FROM nightloom AS host
ARG AGENT_PACKAGES=""
USER root
RUN if [ -n "${AGENT_PACKAGES}" ]; then npm install --global ${AGENT_PACKAGES}; fi
USER nightloom
