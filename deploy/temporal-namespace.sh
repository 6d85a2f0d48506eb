#!/bin/sh
# The namespace that Nightloom works in. Closed workflows are kept for 30 days, as on the embedded server.
set -eu
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
