#!/usr/bin/env bash
# Installs what Vernier needs and this machine lacks: Debian packages system-wide, archives of the npm
# registry, source distributions and wheels of PyPI below .deps/. Idempotent; needs the network only for what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
deps=$PWD/.deps

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 4; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "need root or sudo to run: $*"
  fi
}

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

install_debian() {  # package...
  [ $# -gt 0 ] || return 0
  say "installing from Debian: $*"
  as_root apt-get update -q >"$log" 2>&1 || die "apt-get update failed, see $log"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
    >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get install failed, see $log"; }
}

mkdir -p "$deps"
log=$deps/setup.log

missing=()
while read -r package _; do
  case "$package" in ''|'#'*) continue ;; esac
  installed "$package" || missing+=("$package")
done < cmake/packages.txt
install_debian "${missing[@]}"

while read -r name version sha256 _; do
  case "$name" in ''|'#'*) continue ;; esac
  home=$deps/$name-$version
  [ -f "$home/.complete" ] && continue
  command -v npm >/dev/null || install_debian npm
  say "fetching $name $version"
  work=$(mktemp -d "$deps/.fetch-XXXXXX")
  (cd "$work" && npm pack --silent "$name@$version" >/dev/null) || die "npm pack $name@$version failed"
  archive=$work/$name-$version.tgz
  echo "$sha256  $archive" | sha256sum --check --quiet || die "$name $version: sha256 differs from cmake/archives.txt"
  rm -rf "$home"
  mkdir -p "$home"
  case "$name" in
    com.github.asus4.onnxruntime)  # 150 MB for six platforms: keep one library and the headers
      tar xzf "$archive" -C "$work" --wildcards '*/Plugins/Linux/x64/*.so' '*/ios-arm64/*/Headers/*'
      mkdir -p "$home/lib" "$home/include"
      find "$work" -path '*Headers/*.h' -exec cp {} "$home/include/" \;
      cp "$work"/package/Plugins/Linux/x64/libonnxruntime.so "$home/lib/libonnxruntime.so.1"
      ln -sf libonnxruntime.so.1 "$home/lib/libonnxruntime.so" ;;
    *) tar xzf "$archive" -C "$home" --strip-components=1 ;;
  esac
  rm -rf "$work"
  touch "$home/.complete"
done < cmake/archives.txt

# pip checks the hash before it opens an archive; nothing is installed or built here.
fetch_pypi() {  # list, pattern of the archive's name, pip's options
  local list=$1 pattern=$2 name version sha256 home work archive python
  shift 2
  while read -r name version sha256 _; do
    case "$name" in ''|'#'*) continue ;; esac
    home=$deps/$name-$version
    [ -f "$home/.complete" ] && continue
    python=python3
    if ! "$python" -m pip --version >/dev/null 2>&1; then
      install_debian python3-pip
      python=/usr/bin/python3
    fi
    say "fetching $name $version"
    work=$(mktemp -d "$deps/.fetch-XXXXXX")
    echo "$name==$version --hash=sha256:$sha256" > "$work/requirement.txt"
    "$python" -m pip download --quiet --no-deps --require-hashes "$@" -r "$work/requirement.txt" \
      -d "$work" >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "pip download $name==$version failed"; }
    archive=$(find "$work" -name "$pattern")
    echo "$sha256  $archive" | sha256sum --check --quiet || die "$name $version: sha256 differs from $list"
    rm -rf "$home"
    mkdir -p "$home"
    case "$archive" in
      *.whl) "$python" -m zipfile -e "$archive" "$home" ;;
      *) tar xzf "$archive" -C "$home" --strip-components=1 ;;
    esac
    rm -rf "$work"
    touch "$home/.complete"
  done < "$list"
}

fetch_pypi cmake/archives-pypi.txt '*.tar.gz' --no-binary :all:
fetch_pypi cmake/archives-wheels.txt '*.whl' --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux1_x86_64
