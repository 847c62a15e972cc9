# shellcheck shell=bash disable=SC2034
# The Debian 12 packages pagehaul is built, tested and checked with, and how they are installed. Sourced by ./dev.

build_packages=(
  g++ cmake ninja-build pkgconf
  libcurl4-openssl-dev libssl-dev libgumbo-dev libsqlite3-dev libidn2-dev libunistring-dev libpsl-dev libnghttp2-dev zlib1g-dev libbrotli-dev libzstd-dev
  libcli11-dev libfmt-dev nlohmann-json3-dev libgtest-dev libgmock-dev python3
  ca-certificates  # what pagehaul verifies https with
)
test_packages=(nginx nghttp2-proxy squid proftpd-core proftpd-mod-crypto sqlite3)
bench_packages=(libbenchmark-dev curl wget2 chromium)  # the peers that pages are timed against
check_packages=(clang libclang-rt-dev clang-format)

# Installs those of the named packages that are missing. Needs the network only then.
install_packages() {
  local missing=()
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system; going on with what is installed (Debian's names: $*)" >&2
    return 0
  fi
  mapfile -t missing < <(comm -23 <(printf '%s\n' "$@" | sort -u) <(installed_packages "$@" | sort -u))
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "== install ${missing[*]}"
  find_root
  as_root apt-get update -qq
  if printf '%s\n' "${missing[@]}" | grep -qxE "nginx|nghttp2-proxy|squid|proftpd-core"; then
    install_without_services "${missing[@]}"
  else
    apt_install "${missing[@]}"
  fi
}

installed_packages() {
  # dpkg-query fails when it does not know one of the names, and still tells of the others.
  { dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' "$@" 2>/dev/null || true; } |
    sed -n 's/^installed \([^:]*\).*/\1/p'
}

apt_install() {
  as_root apt-get install -qq --yes --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

# Some bring a service: it may not start now, nor at the next boot, nor fail the installation because its port is taken. An
# administrator's own policy-rc.d stays as it is, and so do the services of packages that were there before.
install_without_services() {
  local policy=/usr/sbin/policy-rc.d package service services=()
  for package in "$@"; do
    case $package in
      nginx | squid) services+=("$package") ;;
      nghttp2-proxy) services+=(nghttpx) ;;
      proftpd-core) services+=(proftpd) ;;
    esac
  done
  if [ -e "$policy" ]; then
    apt_install "$@"
    for service in "${services[@]}"; do as_root invoke-rc.d --quiet "$service" stop >/dev/null 2>&1 || true; done
  else
    trap 'as_root rm -f '"$policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    apt_install "$@"
    as_root rm -f "$policy"
    trap - EXIT
  fi
  for service in "${services[@]}"; do
    [ ! -e "/etc/init.d/$service" ] || as_root update-rc.d "$service" disable >/dev/null
  done
}

# Decides how commands run as root, before anything is changed.
find_root() {
  if [ "$(id -u)" -eq 0 ]; then
    root_prefix=(env)
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    root_prefix=(sudo env)
  else
    echo "only root can install packages: run ./dev install-deps as root, or as a user whom sudo asks for no password" >&2
    exit 1
  fi
}

as_root() {
  "${root_prefix[@]}" DEBIAN_FRONTEND=noninteractive "$@"
}
