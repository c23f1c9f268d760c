"""Connects to the host and the world, and makes sockets of odd families; its own loopback is the
positive control."""

import socket

from attempt import attempt, system_call
from loopback import connect, own_loopback

FAMILIES = {"unix": 1, "inet": 2, "packet": 17, "alg": 38, "vsock": 40, "bluetooth": 31, "xdp": 44}


def send_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("192.0.2.1", 53))


def main(arguments):
    answers = {"own loopback": attempt(own_loopback),
               "host loopback": attempt(lambda: connect(2, ("127.0.0.1", arguments["port"]))),
               "host abstract": attempt(lambda: connect(1, "\0" + arguments["abstract"])),
               "metadata": attempt(lambda: connect(2, ("169.254.169.254", 80))),
               "datagram": attempt(send_datagram),
               "netlink route": system_call(41, 16, 3, 0),
               "netlink netfilter": system_call(41, 16, 3, 12)}
    for name, family in FAMILIES.items():
        answers[name] = system_call(41, family, 1, 0)
    return answers
