#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As conmon does with --console-socket: take a terminal's master from a socket, type into it, print what it shows.

usage: console.py SOCKET [LINE…]    (ends when the terminal does)
"""
import array
import os
import socket
import sys


def receive_master(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(1)
        connection, _ = listener.accept()
        with connection:
            fds = array.array('i')
            name, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(fds.itemsize))
            fds.frombytes(ancillary[0][2][:fds.itemsize])
            return fds[0], name.decode()


def main():
    master, name = receive_master(sys.argv[1])
    print('name', name)
    for line in sys.argv[2:]:
        os.write(master, line.encode() + b'\n')
    while True:
        try:
            shown = os.read(master, 4096)
        except OSError:
            break
        if not shown:
            break
        sys.stdout.write(shown.decode())
        sys.stdout.flush()


if __name__ == '__main__':
    main()
