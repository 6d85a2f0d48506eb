#!/bin/sh
# Run once by the image of PostgreSQL when its data directory is new: a role and databases for each of its two users,
# which cannot read each other's.
set -eu
secrets=${SECRETS_FOLDER:-/run/secrets}

psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname="${POSTGRES_DB:-postgres}" \
  --set=nightloom_password="$(cat "$secrets/nightloom_database_password")" \
  --set=temporal_password="$(cat "$secrets/temporal_database_password")" <<'SQL'
create role nightloom login password :'nightloom_password';
create role temporal login password :'temporal_password';
create database nightloom owner nightloom;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database nightloom, temporal, temporal_visibility from public;
SQL
