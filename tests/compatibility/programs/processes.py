# Every way in which multiprocessing starts processes, and what they share.
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory
from pathlib import Path

Path("/mnt/data/work.py").write_text(
    """
def square(x):
    return x * x

def answer(queue, name):
    from multiprocessing import shared_memory
    block = shared_memory.SharedMemory(name=name)
    block.buf[0] += 1
    block.close()
    queue.put(square(7))
"""
)
sys.path.insert(0, "/mnt/data")
import work

for method in ("fork", "spawn", "forkserver"):
    context = multiprocessing.get_context(method)
    block = shared_memory.SharedMemory(create=True, size=16)
    queue = context.Queue()
    process = context.Process(target=work.answer, args=(queue, block.name))
    process.start()
    assert queue.get(timeout=60) == 49, method
    process.join()
    assert process.exitcode == 0 and block.buf[0] == 1, method
    block.close()
    block.unlink()
    with context.Pool(2) as pool:
        assert pool.map(work.square, range(10))[-1] == 81, method
    with context.Manager() as manager:
        assert manager.dict(a=1)["a"] == 1, method

lock, event, pipes = multiprocessing.Lock(), multiprocessing.Event(), multiprocessing.Pipe()
with lock:
    event.set()
pipes[0].send("through a pipe")
assert event.is_set() and pipes[1].recv() == "through a pipe"
with ProcessPoolExecutor(2) as executor:
    assert list(executor.map(work.square, [3])) == [9]
"done"
