#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Talk to a service that says again what it hears: once, and once more over the same connection when a file is there.

usage: talk.py ADDRESS PORT FILE
"""
import os
import socket
import sys
import time

PATIENCE_S = 60


def connect(address):
    """The service may not be listening yet."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(address, timeout=PATIENCE_S)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def main():
    with connect((sys.argv[1], int(sys.argv[2]))) as connection:
        answers = connection.makefile('r')
        for word in ('first', 'second'):
            connection.sendall(f'{word}\n'.encode())
            print(answers.readline(), end='', flush=True)
            while word == 'first' and not os.path.exists(sys.argv[3]):
                time.sleep(0.1)


if __name__ == '__main__':
    main()
