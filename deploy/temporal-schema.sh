#!/bin/sh
# Tables of the Temporal server in PostgreSQL, made or brought up to date. Repeating it changes nothing.
set -eu
SQL_PASSWORD=$(cat /run/secrets/temporal_database_password)
export SQL_PASSWORD

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  folder=/etc/temporal/schema/postgresql/v12/${pair#*:}/versioned
  tool() {
    temporal-sql-tool --plugin postgres12_pgx --ep "$SQL_HOST" --port 5432 --user "$SQL_USER" --db "$database" "$@"
  }
  # Fails where the tables are there already, which the update then shows; a database that is not there fails it too.
  tool setup-schema -v 0.0 || echo "$database has its first tables already"
  tool update-schema -d "$folder"
done
