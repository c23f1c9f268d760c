"""Reaches for listeners and shared objects of the host, in every possible way; its own loopback is
the positive control."""

import socket

from attempt import attempt, system_call
from loopback import SECONDS, connect, own_loopback

SHMGET = 29


def send(family, address, kind=socket.SOCK_DGRAM, protocol=0):
    with socket.socket(family, kind, protocol) as client:
        client.settimeout(SECONDS)
        client.sendto(b"\x08\0\xf7\xff\0\0\0\0", address)


def resolve(name):
    try:
        socket.getaddrinfo(name, 80)
    except socket.gaierror as error:
        raise OSError(1, str(error)) from error


def main(arguments):
    inet, inet6, unix = socket.AF_INET, socket.AF_INET6, socket.AF_UNIX
    ways = {"own loopback": own_loopback,
            "tcp": lambda: connect(inet, ("127.0.0.1", arguments["tcp"])),
            "tcp by a mapped address": lambda: connect(inet6, ("::ffff:127.0.0.1", arguments["tcp"])),
            "abstract": lambda: connect(unix, "\0" + arguments["abstract"]),
            "path": lambda: connect(unix, arguments["path"])}
    out = {"metadata": lambda: connect(inet, ("169.254.169.254", 80)),
           "world": lambda: connect(inet, ("192.0.2.1", 443)),
           "world 6": lambda: connect(inet6, ("2001:db8::1", 443)),
           "dns": lambda: send(inet, ("192.0.2.53", 53)),
           "broadcast": lambda: send(inet, ("255.255.255.255", 67)),
           "multicast": lambda: send(inet, ("224.0.0.251", 5353)),
           "name": lambda: resolve("host.example"),
           "raw": lambda: send(inet, ("127.0.0.1", 0), socket.SOCK_RAW, socket.IPPROTO_ICMP),
           "icmp": lambda: send(inet, ("192.0.2.1", 0), socket.SOCK_DGRAM, socket.IPPROTO_ICMP)}
    # A datagram to a port without a listener is sent all the same, so the receiver decides.
    attempt(lambda: send(inet, ("127.0.0.1", arguments["udp"])))
    return {"host": {name: attempt(way) for name, way in ways.items()},
            "out": {name: attempt(way) for name, way in out.items()} if arguments["far"] else {},
            "segment": system_call(SHMGET, arguments["segment"], 0, 0)}
