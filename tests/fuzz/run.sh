#!/bin/sh
# Builds the fuzz targets with clang and runs each for some seconds, one after the other; findings
# and what was learnt stay in build/fuzz/findings/TARGET. Needs Debian's clang-14 and
# libclang-rt-14-dev.
#   tests/fuzz/run.sh SECONDS [TARGET...]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:?seconds for each target}
shift
[ $# -gt 0 ] || set -- connection multipart bodies frames names options snapshots templates

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
status=0
for target in "$@"; do
  findings=$PWD/build/fuzz/findings/$target
  mkdir -p "$findings/corpus"
  echo "== $target"
  # -max_len: above the limits of a boundary line, of a head and of a part's header.
  (cd "$findings" &&
    "../../tests/fuzz/fuzz_$target" corpus "../../../../tests/fuzz/corpus/$target" \
      "-dict=../../../../tests/fuzz/words.dict" -max_total_time="$seconds" -max_len=20000 \
      -timeout=20 -print_final_stats=1 >log 2>&1) || status=1
  grep -E '^broken|ERROR|SUMMARY|DONE|^stat::number' "$findings/log"
done
exit $status
