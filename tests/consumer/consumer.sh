#!/usr/bin/env bash
# consumer.sh BUILD CXX FIXTURE_SERVER SITE: installs the build into a prefix of its own, builds the consumer project against that with
# find_package and with pkg-config, and lets both load the same site.
set -euo pipefail
build=$1 cxx=$2 fixture_server=$3 site=$4
consumer=$(dirname "$(readlink -f "$0")")
tmp=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$tmp"' EXIT

cmake --install "$build" --prefix "$tmp/prefix" >"$tmp/install.log"
"$tmp/prefix/bin/pagehaul" --version

cmake -S "$consumer" -B "$tmp/cmake" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_PREFIX_PATH="$tmp/prefix" --log-level=WARNING
cmake --build "$tmp/cmake" -- --quiet

PKG_CONFIG_PATH=$(dirname "$(find "$tmp/prefix" -name pagehaul.pc)")
export PKG_CONFIG_PATH
# The flags of pkg-config and of the environment are lists of words.
# shellcheck disable=SC2046,SC2086
"$cxx" -std=c++20 ${CXXFLAGS:-} "$consumer/load.cc" $(pkg-config --cflags --libs pagehaul) -o "$tmp/by-pkg-config"

"$fixture_server" --site "$site" >"$tmp/server.log" &
server=$!
until url=$(sed -n 's/^listening on //p' "$tmp/server.log") && [ -n "$url" ]; do
  kill -0 "$server"
  sleep 0.02
done
"$tmp/cmake/load" "$url" "$tmp/cmake.db"
"$tmp/by-pkg-config" "$url" "$tmp/pkg-config.db"
