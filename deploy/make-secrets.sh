#!/bin/sh
# Makes the secrets of docker-compose.yml in ./secrets, and ./.env with the installation's id. What is there stays.
# Compose mounts the files as they are, for users of several containers: so others may read the files, but not the folder.
set -eu
folder=${1:-.}

random() {
  od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'
}

mkdir -p "$folder/secrets"
chmod 700 "$folder/secrets"
make() {
  [ -e "$folder/secrets/$1" ] && return
  printf '%s\n' "$2" >"$folder/secrets/$1"
  chmod 444 "$folder/secrets/$1"
  echo "made $folder/secrets/$1"
}

make postgres_password "$(random 24)"
make temporal_database_password "$(random 24)"
make nightloom_database_password "$(random 24)"
make nightloom_secret "$(random 32)"
make nightloom_token "nl_$(random 32)"
if ! grep -qs '^NIGHTLOOM_INSTALLATION=' "$folder/.env"; then
  printf 'NIGHTLOOM_INSTALLATION=i_%s\n' "$(random 5)" >>"$folder/.env"
  echo "made $folder/.env"
fi
