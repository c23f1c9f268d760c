#!/bin/sh
# Installs the packages of one client, separate from those of the tests and of other clients.
#   create_environment.sh CLIENT DIR
# CLIENT is a directory with requirements.txt (and python-version, unless any version works), or
# with package.json and package-lock.json, with pom.xml, or with go.mod and go.sum. Installs nothing
# if DIR was made from the same files already. Exit code 3: this machine lacks the program that the
# last line names.
set -eu
client=$(realpath "$1")
mkdir -p "$2"
environment=$(realpath "$2")
here=$(dirname "$(realpath "$0")")

# need NAME COMMAND...
need() {
  name=$1
  shift
  "$@" >/dev/null 2>&1 || { echo "$name is not installed" >&2; exit 3; }
}

# Finds the Python of this version in PATH or in pyenv.
python_of() {
  for python in "python$1" "$(pyenv root 2>/dev/null)/versions/$1".*/bin/python3; do
    ! "$python" -c "import venv" >/dev/null 2>&1 || break
  done
  echo "$python"
}

exec 9>"$environment/lock"
flock 9

if [ -e "$client/requirements.txt" ]; then
  manifests=requirements.txt
  version=$(cat "$client/python-version" 2>/dev/null || echo 3)
  python=/usr/bin/python3
  [ "$version" = 3 ] || python=$(python_of "$version")
  need "Python $version" "$python" -c "import venv"
elif [ -e "$client/package.json" ]; then
  manifests="package.json package-lock.json"
  need Node node --version
  need npm npm --version
  # Node looks for packages next to the program.
  cp "$client/drive.mjs" "$here/operations.mjs" "$environment"
elif [ -e "$client/go.mod" ]; then
  manifests="go.mod go.sum drive.go" # a program with everything in it
  export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOPROXY="${GOPROXY:-https://proxy.golang.org}"
  need Go go version
  wanted=$(sed -n 's/^go //p' "$client/go.mod")
  need "Go $wanted" sh -c "cd '$client' && go list -m"
else
  manifests=pom.xml
  need "a JDK" javac -version
  need Maven mvn --version
fi

stamp=$(cd "$client" && cat $manifests | sha256sum)
[ "$(cat "$environment/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -rf "$environment/stamp" "$environment/packages" "$environment/node_modules"
case $manifests in
  requirements.txt)
    "$python" -m venv "$environment/packages"
    "$environment/packages/bin/python3" -m pip install --quiet --disable-pip-version-check \
      --no-deps --requirement "$client/requirements.txt"
    ;;
  go.mod*)
    (cd "$client" && go build -trimpath -o "$environment/packages/drive" .)
    ;;
  pom.xml)
    mvn --quiet --batch-mode --file "$client/pom.xml" dependency:copy-dependencies \
      -DoutputDirectory="$environment/packages"
    ;;
  *)
    cp "$client/package.json" "$client/package-lock.json" "$environment"
    # Says why if the registry cannot be reached, and does not try for minutes.
    npm ci --prefix "$environment" --ignore-scripts --no-audit --no-fund --loglevel error \
      --fetch-retries 2 --fetch-retry-mintimeout 1000 --fetch-retry-maxtimeout 5000
    ;;
esac
echo "$stamp" >"$environment/stamp"
