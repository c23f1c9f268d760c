"""Makes sockets of odd protocols, for which the kernel might load modules, and sends urgent data;
TCP, UDP and plain data are the positive control."""

import ctypes
import socket

from attempt import attempt, system_call

SOCKET, SOCKETPAIR, SENDMMSG = 41, 53, 307
INET, INET6, SMC = 2, 10, 43
STREAM, DATAGRAM, RAW, PACKETS, DCCP = 1, 2, 3, 5, 6
FLAGS = 0o2004000  # close on exec, not blocking
ODD = {"ICMP": (INET, RAW, 1), "ping": (INET, DATAGRAM, 1), "DCCP": (INET, DCCP, 33),
       "L2TP": (INET, DATAGRAM, 115), "L2TP 6": (INET6, DATAGRAM, 115), "SCTP": (INET, STREAM, 132),
       "SCTP packets": (INET, PACKETS, 132), "UDP-Lite": (INET, DATAGRAM, 136),
       "UDP-Lite 6": (INET6, DATAGRAM, 136), "MPTCP": (INET, STREAM | FLAGS, 262),
       "raw": (INET, RAW, 6)}
ORDINARY = {"TCP": (INET, STREAM, 6), "TCP 6": (INET6, STREAM, 0), "UDP": (INET, DATAGRAM, 17),
            "UDP 6": (INET6, DATAGRAM | FLAGS, 0)}


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("size", ctypes.c_size_t)]


class Message(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("name_size", ctypes.c_uint), ("parts", ctypes.c_void_p),
                ("count", ctypes.c_size_t), ("control", ctypes.c_void_p),
                ("control_size", ctypes.c_size_t), ("flags", ctypes.c_int), ("sent", ctypes.c_uint)]


def send_several(descriptor, flags):
    part = Part(b"x", 1)
    message = Message(parts=ctypes.addressof(part), count=1)
    return system_call(SENDMMSG, descriptor, ctypes.addressof(message), 1, flags)


def ways_to_send(flags):
    near, _ = pair = socket.socketpair()
    answers = {"send": attempt(lambda: near.send(b"x", flags)),
               "sendmsg": attempt(lambda: near.sendmsg([b"x"], [], flags)),
               "sendmmsg": send_several(near.fileno(), flags)}
    for end in pair:
        end.close()
    return answers


def main(arguments):
    return {"odd": {name: system_call(SOCKET, *each) for name, each in ODD.items()},
            "ordinary": {name: system_call(SOCKET, *each) for name, each in ORDINARY.items()},
            "pair": system_call(SOCKETPAIR, SMC, STREAM, 0, bytes(8)),
            "urgent": ways_to_send(socket.MSG_OOB), "plain": ways_to_send(0)}
