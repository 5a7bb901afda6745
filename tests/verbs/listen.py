#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Waits at a Unix socket for one message, and prints it; of a pidfd that comes with it, its process.

usage: listen.py datagram|stream SOCKET
"""
import array
import os
import re
import socket
import sys

KINDS = {'datagram': socket.SOCK_DGRAM, 'stream': socket.SOCK_STREAM}


def pid_of(fd):
    with open(f'/proc/self/fdinfo/{fd}', encoding='ascii') as info:
        return re.search(r'^Pid:\s*(\d+)$', info.read(), re.M)[1]


def main():
    os.chdir(os.path.dirname(sys.argv[2]))  # the path itself may be too long for an address
    name = os.path.basename(sys.argv[2])
    with socket.socket(socket.AF_UNIX, KINDS[sys.argv[1]]) as server:
        server.bind(name)
        os.chmod(name, 0o666)
        peer = server
        if sys.argv[1] == 'stream':
            server.listen()
            peer, _ = server.accept()
        text, ancillary, _, _ = peer.recvmsg(4096, socket.CMSG_SPACE(4))
        fds = array.array('i')
        for _, _, data in ancillary:
            fds.frombytes(data)
        print(text.decode(), *map(pid_of, fds))


if __name__ == '__main__':
    main()
