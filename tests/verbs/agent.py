#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A seccomp agent: waits at a Unix socket for a listener, and answers its notifications.

usage: agent.py SOCKET STATE ERRNO

The state that came with the listener (config-linux.md, "The Container Process State") is written to the file STATE; each call that
the filter asks about fails with ERRNO. Ends when the service has, or after two minutes: nobody may have come.
"""
import array
import fcntl
import os
import select
import signal
import socket
import struct
import sys

NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101
NOTIF, RESPONSE = struct.Struct('=QIIiIQ6Q'), struct.Struct('=Qqii')


def receive(path):
    """The state and the listener; the connection is one message long."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(path)
        server.listen(1)
        connection, _ = server.accept()
        with connection:
            text, control, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(4))
            while more := connection.recv(65536):
                text += more
    (_, _, data), = control
    return text, array.array('i', data)[0]


def answer(listener, number):
    """Until nobody is under the filter any more."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while all(not event & select.POLLHUP for _, event in poll.poll()):
        request = bytearray(NOTIF.size)
        fcntl.ioctl(listener, NOTIF_RECV, request)
        identity = NOTIF.unpack(request)[0]
        fcntl.ioctl(listener, NOTIF_SEND, RESPONSE.pack(identity, 0, -number, 0))


def main():
    path, state, number = sys.argv[1:]
    signal.alarm(120)
    text, listener = receive(path)
    with open(f'{state}.new', 'wb') as file:
        file.write(text)
    os.rename(f'{state}.new', state)
    answer(listener, int(number))


main()
