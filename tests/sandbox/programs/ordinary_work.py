"""Does the work of honest programs; everything must succeed."""

import asyncio
import mmap
import multiprocessing
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading


def square(number):
    return number * number


def use_pool():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(square, [1, 2, 3])


def use_sqlite():
    with tempfile.TemporaryDirectory(dir="/mnt/data") as directory:
        with sqlite3.connect(directory + "/base") as base:
            base.execute("create table t (x)")
            base.execute("insert into t values (42)")
            return base.execute("select x from t").fetchone()[0]


async def use_asyncio():
    process = await asyncio.create_subprocess_exec("echo", "hello", stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode().strip()


def use_threads():
    results = []
    threads = [threading.Thread(target=results.append, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def copy_file():
    shutil.copy("/etc/passwd", "/mnt/data/copy")
    with open("/mnt/data/copy", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as m:
        return m[:5].decode()


def main(arguments):
    return {"pool": use_pool(), "sqlite": use_sqlite(), "asyncio": asyncio.run(use_asyncio()),
            "threads": use_threads(), "copy": copy_file(),
            "shell": subprocess.run("echo $((6*7)) | cat", shell=True, capture_output=True, text=True).stdout,
            "interfaces": [name for _, name in socket.if_nameindex()],
            "random": len(os.urandom(8))}
