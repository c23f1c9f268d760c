#!/bin/sh
# Builds the images of docker/Dockerfile with buildah, as localhost/dynsessions:TARGET.
#
#   tests/docker/build_images.sh [TARGET...]        server and full, if none is named
#
# Requires root, with buildah, podman, runc and debootstrap from Debian. No registry of images is
# needed: debootstrap makes the base once; BASE=debian:12-slim takes that image instead. pip's
# settings and the certificates of this machine are available to the build and are in no layer.
set -eu
cd "$(dirname "$0")/../.."

# A separate mount namespace hides buildah's mounts from other tests, which check the machine's
# mounts.
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=1 exec unshare --mount "tests/docker/$(basename "$0")" "$@"

made_base=localhost/dynsessions-base:12
base=${BASE:-$made_base}
[ $# -gt 0 ] || set -- server full

make_base() {
  directory=$(mktemp -d)
  trap 'rm -rf "$directory"' EXIT
  debootstrap --variant=minbase bookworm "$directory" http://deb.debian.org/debian >"$directory.log" ||
    { cat "$directory.log" >&2; exit 1; }
  rm "$directory.log"
  # Documents and translations are left out, as debian:12-slim does.
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale lintian \
    >"$directory/etc/dpkg/dpkg.cfg.d/slim"
  for left_out in doc man info locale; do rm -rf "$directory/usr/share/$left_out"; done
  rm -rf "$directory"/var/lib/apt/lists/* "$directory"/var/cache/apt "$directory"/var/log/*
  tar -C "$directory" -c . | podman import - "$made_base"
}

if [ "$base" = "$made_base" ] && ! podman image exists "$base"; then make_base; fi

lend() {  # ID FILE: passes the file as a secret, if it exists
  if [ -f "$2" ]; then lent="${lent:-} --secret id=$1,src=$2"; fi
}
lend pip.conf /etc/pip.conf
lend ca.crt /etc/ssl/certs/ca-certificates.crt

for target in "$@"; do
  # Uses Docker's format, because the other one has no HEALTHCHECK. Containers of small machines can
  # have these limits.
  nice buildah build --layers --format docker --runtime runc --network host \
    --ulimit nofile=20000:20000 --ulimit nproc=4096:4096 ${lent:-} \
    --ignorefile docker/Dockerfile.dockerignore --file docker/Dockerfile \
    --build-arg BASE="$base" --target "$target" --tag "localhost/dynsessions:$target" .
done
podman images localhost/dynsessions
