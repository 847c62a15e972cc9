#!/usr/bin/env bash
# demo.sh BUILD: what pagehaul is for, shown on the fixture news site: a page and everything it needs, loaded, looked at, loaded again from
# the cache, and once more with the server gone. Fails when any step does.
set -euo pipefail
build=$(readlink -f "$1")
tmp=$(mktemp -d)
server=
trap 'stop_server; rm -rf "$tmp"' EXIT
export PATH="$build:$PATH"
cd "$tmp"

say() { printf '\n-- %s\n' "$*"; }

# Shows a command as one would type it, and what it prints, cut to a number of lines (0: all).
show() {  # LINES COMMAND...
  local lines=$1 status=0
  shift
  printf '$ %s\n' "$*"
  "$@" >output 2>&1 || status=$?
  if [ "$lines" -eq 0 ] || [ "$(wc -l <output)" -le "$lines" ]; then
    cat output
  else
    head -n "$lines" output
    printf '  ... %d lines more\n' $(($(wc -l <output) - lines))
  fi
  if [ "$status" -ne 0 ]; then
    printf 'demo: exit status %d\n' "$status" >&2
    exit 1
  fi
}

start_server() {
  fixture-server --site "$1" --log requests.log >server.log 2>&1 &
  server=$!
  until url=$(sed -n 's/^listening on //p' server.log) && [ -n "$url" ]; do
    kill -0 "$server" 2>/dev/null || { cat server.log >&2; exit 1; }
    sleep 0.02
  done
}

stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}

# How many requests the server has seen; fails when one of them came twice.
requests_so_far() {
  local twice
  twice=$(sed -E 's/.*"host":"([^"]*)".*"target":"([^"]*)".*/\1\2/' requests.log | sort | uniq -d)
  [ -z "$twice" ] || { printf 'demo: requested twice: %s\n' "$twice" >&2; return 1; }
  wc -l <requests.log
}

start_server "$build/../../fixtures/sites/news"
say "A news page of several hosts, served on this machine at $url"

say "Load it, with everything it needs, into a new cache file."
show 0 pagehaul load --cache page.db "$url"
first=$(requests_so_far)
say "The server saw $first requests, no URL twice."

say "What the file holds."
show 0 pagehaul cache pages --cache page.db
show 24 pagehaul cache show --cache page.db 1
show 12 pagehaul cache ls --cache page.db
show 0 pagehaul cache stats --cache page.db

say "Load it again: what is fresh is not asked for."
show 0 pagehaul load --cache page.db "$url"
second=$(($(requests_so_far) - first))
say "The server saw $second more requests."

stop_server
say "The server is stopped now. Load it once more, offline."
show 0 pagehaul load --cache page.db --offline "$url"

say "The file is whole."
show 0 pagehaul cache verify --cache page.db
