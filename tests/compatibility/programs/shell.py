# The tools of a shell, alone and in pipelines.
import shutil
import subprocess


def run(command):
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd="/mnt/data", capture_output=True,
        text=True, check=True
    ).stdout


run("mkdir -p d/e && seq 1000 >d/numbers && cp -a d/numbers d/e/copy && ln -s copy d/e/link")
assert run("sort -rn d/numbers | head -1 | tr -d '\\n' | rev").strip() == "0001"
assert run("tar czf d.tar.gz d && tar tzf d.tar.gz | wc -l").strip() == "5"
assert run("rm -r d && tar xzf d.tar.gz && find d -type f -newermt 2000-01-01 | xargs wc -l | tail -1").split()[0] == "2000"
assert run("grep -c 7 d/numbers; awk '{s += $1} END {print s}' d/numbers").split() == ["271", "500500"]
assert run("sed -n 's/^9\\(.\\)$/\\1/p' d/numbers | paste -sd+ | tee d/sum") == "0+1+2+3+4+5+6+7+8+9\n"
assert run("diff <(seq 3) <(seq 3) && md5sum d/numbers | cut -c1-4").strip()
run("touch -d 2020-01-01 d/numbers && chmod 600 d/numbers && stat d/numbers && ls -lR --color=always")
run("du -sh . && df -h . && truncate -s 1M big && dd if=big of=big2 bs=64k conv=fsync && cmp big big2")
run("mkfifo pipe && (echo x >pipe &) && cat pipe && timeout 5 sleep 0.01 && nice -n 5 true && nohup true")
run("id && uname -a && hostname && date && env && ulimit -a && ps ax 2>/dev/null || true")
run("split -n 3 d/numbers part && cat part* | shuf | sort | uniq | comm -3 - <(sort d/numbers) | wc -l")
run("sleep 30 & kill %1; wait %1 2>/dev/null || true; trap 'true' USR1; kill -USR1 $$; mktemp; flock lock true")
for archive in ("zip", "xztar", "bztar"):
    shutil.unpack_archive(shutil.make_archive("/tmp/archive", archive, "/mnt/data/d"), "/tmp/out")
shutil.copytree("/mnt/data/d", "/tmp/copy", symlinks=True)
shutil.rmtree("/tmp/copy")
"done"
