# asyncio with child processes, sockets of the loopback interface, and unix sockets.
import asyncio
import os
import select
import selectors
import signal
import socket


async def echo(reader, writer):
    writer.write(await reader.read(100))
    await writer.drain()
    writer.close()


async def ask(connection):
    reader, writer = await connection
    writer.write(b"hello")
    writer.write_eof()
    answer = await reader.read(100)
    writer.close()
    return answer


async def sockets():
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        server = await asyncio.start_server(echo, host, 0, family=family)
        port = server.sockets[0].getsockname()[1]
        assert await ask(asyncio.open_connection(host, port)) == b"hello"
        server.close()
    server = await asyncio.start_unix_server(echo, "/tmp/echo.sock")
    assert await ask(asyncio.open_unix_connection("/tmp/echo.sock")) == b"hello"
    server.close()


async def children():
    process = await asyncio.create_subprocess_exec(
        "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(b"through cat")
    assert (output, process.returncode) == (b"through cat", 0)
    sleeper = await asyncio.create_subprocess_exec("sleep", "100")
    sleeper.send_signal(signal.SIGTERM)
    assert await sleeper.wait() == -signal.SIGTERM
    assert await asyncio.to_thread(os.getpid) == os.getpid()


await sockets()
await children()
for kind in (selectors.SelectSelector, selectors.PollSelector, selectors.EpollSelector):
    with kind() as selector, socket.socketpair()[0] as one:
        selector.register(one, selectors.EVENT_READ)
        assert selector.select(0.01) in ([], selector.select(0))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
    datagrams.bind(("127.0.0.1", 0))
    datagrams.sendto(b"to myself", datagrams.getsockname())
    assert datagrams.recv(100) == b"to myself"
assert ("lo" in [name for _, name in socket.if_nameindex()]) and select.poll()
"done"
