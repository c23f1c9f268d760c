#!/bin/sh
# Runs a command in a root that shows this machine's directories, in a mount namespace that the
# caller makes:
#   other_root.sh DIRECTORY merged|apart COMMAND...
# "apart" has /bin, /lib and the like as directories, as systems had before they merged /usr.
set -eu
root=$1 layout=$2
shift 2
mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$root"
for path in /*; do
  name=${path#/}
  if [ ! -L "$path" ]; then
    [ -d "$path" ] || continue
    mkdir "$root/$name"
    mount --rbind "$path" "$root/$name"
  elif [ "$layout" = merged ]; then
    cp -P "$path" "$root/$name"
  else
    mkdir "$root/$name"
    mount --rbind "$(readlink -f "$path")" "$root/$name"
  fi
done
cd "$root"
pivot_root . .
umount -l .
cd /
exec "$@"
