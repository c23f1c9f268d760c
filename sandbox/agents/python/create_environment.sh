#!/bin/sh
# Builds the Python environment of the sessions.
#
#   create_environment.sh DIR
#
# DIR becomes a virtual environment with the packages of requirements.txt, made with $PYTHON
# (/usr/bin/python3 if unset). When it already is one, nothing happens: a stamp with the hash of
# requirements.txt, of this script and the version of Python is written last, so a build that was
# cut short, or one of other packages, is wiped and made anew. It needs a package index (pip's own
# settings apply); nothing needs the network afterwards.
set -eu

fail() {
  echo "create_environment.sh: $1" >&2
  exit 1
}

[ $# -eq 1 ] || fail "usage: create_environment.sh DIR"
environment=$1
here=$(cd "$(dirname "$0")" && pwd)
requirements=$here/requirements.txt
python=${PYTHON:-/usr/bin/python3}
stamp_file=$environment/share/dynsessions/stamp
font_cache=$environment/share/dynsessions/matplotlib

version=$("$python" -I -S -c 'import platform; print(platform.python_version())') ||
  fail "$python does not run; set PYTHON to a Python 3.11 or 3.12 (sudo apt-get install python3)"
case $version in
  3.11.* | 3.12.*) ;;
  *) fail "$python is Python $version; the packages need 3.11 or 3.12: set PYTHON to one" ;;
esac
stamp="$version $(cat "$requirements" "$here/create_environment.sh" | sha256sum | cut -d' ' -f1)"

if [ -f "$stamp_file" ] && [ "$(cat "$stamp_file")" = "$stamp" ]; then
  exit 0
fi

"$python" -I -c 'import ensurepip, venv' 2>/dev/null ||
  fail "$python cannot make virtual environments: sudo apt-get install python3-venv"
if [ -e "$environment" ]; then
  # Someone's own directory is not ours to wipe.
  [ -f "$environment/pyvenv.cfg" ] || [ -z "$(ls -A "$environment")" ] ||
    fail "$environment exists and is not a virtual environment; name another directory"
  rm -rf "$environment"
fi

echo "Building the Python environment in $environment (a few minutes, once)"
"$python" -m venv "$environment"
# --no-deps: what is not in requirements.txt does not get in; pip check tells if something lacks.
"$environment/bin/python3" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps \
  --requirement "$requirements"
# Sessions cannot save bytecode. The packages' own tests would be half of it.
"$environment/bin/python3" -m compileall -q -j 0 -x /tests/ "$environment/lib"
check=$("$environment/bin/python3" -m pip check --disable-pip-version-check) ||
  fail "requirements.txt does not fit together: $check"

# pip and its like name the Python to run them by its path on the host, which a session does not have
# and for which it would take the system's pip.
find "$environment/bin" -type f -exec sed -i '1s|^#!/.*/python3$|#!/usr/bin/env python3|' {} +

# Building the font cache takes matplotlib seconds; the agent lends this one to each session.
mkdir -p "$font_cache"
MPLCONFIGDIR=$font_cache "$environment/bin/python3" -c 'import matplotlib.font_manager'
ls "$font_cache"/fontlist-*.json >/dev/null || fail "matplotlib wrote no font cache"

echo "$stamp" >"$stamp_file"
