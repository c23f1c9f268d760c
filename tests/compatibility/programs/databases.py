# sqlite in each of its journal modes, with the locks of a second connection.
import fcntl
import sqlite3

for mode in ("delete", "wal", "memory", "truncate"):
    path = f"/mnt/data/{mode}.db"
    first = sqlite3.connect(path, isolation_level=None, timeout=0)
    assert first.execute(f"pragma journal_mode={mode}").fetchone() == (mode,)
    first.execute("create table t (x)")
    first.execute("begin immediate")
    first.execute("insert into t values (1)")
    second = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        second.execute("begin immediate")
        raise AssertionError("two writers")
    except sqlite3.OperationalError as error:
        assert "locked" in str(error)
    first.execute("commit")
    assert second.execute("select x from t").fetchall() == [(1,)]
    second.execute("vacuum")
    first.close()
    second.close()

with open("/mnt/data/lock", "w") as held, open("/mnt/data/lock") as other:
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        raise AssertionError("two locks")
    except BlockingIOError:
        pass
    fcntl.lockf(held, fcntl.LOCK_EX)
"done"
