#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The supervisor's end of sd_notify(3), and a service's.

usage: notified.py listen SOCKET          print what is said until READY=1
       notified.py say SOCKET MESSAGE
"""
import os
import socket
import sys


def listen(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(path)
        end.settimeout(60)
        said = ''
        while 'READY=1' not in said:
            said = end.recv(4096).decode()
            print(said, flush=True)
    os.unlink(path)


def say(path, message):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.sendto(message.encode(), path)


if __name__ == '__main__':
    {'listen': listen, 'say': say}[sys.argv[1]](*sys.argv[2:])
