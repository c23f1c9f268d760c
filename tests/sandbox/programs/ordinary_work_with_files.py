"""Does the work of honest programs where no mount shows them /mnt/data; everything must succeed."""

import asyncio
import os
import shutil
import subprocess

from ordinary_work import use_asyncio, use_pool, use_sqlite, use_threads


def shell(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout


def copy_file():
    shutil.copy("/etc/os-release", "/mnt/data/copy")
    with open("/mnt/data/copy") as file:
        return "NAME" if "NAME=" in file.read() else "nothing"


def main(arguments):
    answers = {"pool": use_pool(), "sqlite": use_sqlite(), "asyncio": asyncio.run(use_asyncio()),
               "threads": use_threads(), "copy": copy_file(), "shell": shell("echo $((6*7)) | cat"),
               "listed": os.listdir("/mnt/data")}
    answers["subprocess"] = shell("echo 'written outside Python' >/mnt/data/new; cat /mnt/data/new")
    os.chdir("/mnt/data")
    answers["directory"] = os.getcwd()
    return answers
