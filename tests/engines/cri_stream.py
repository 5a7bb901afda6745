#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The other end of a CRI Exec or Attach: a WebSocket (RFC 6455) with the channels of v4.channel.k8s.io.

usage: cri_stream.py URL [PROMPT LINE]…    types each LINE when the PROMPT before it has been shown

Prints what comes on the standard output and error channels, then 'status JSON' if the server tells how it ended.
"""
import base64
import os
import socket
import struct
import sys
from urllib.parse import urlparse

STDIN, STDOUT, STDERR, ERROR = range(4)
BINARY, CLOSE, PING = 2, 8, 9
TIMEOUT_S = 60


class WebSocket:
    def __init__(self, url):
        where = urlparse(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=TIMEOUT_S)
        self.file = self.socket.makefile('rb')
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\n'
                             f'Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n'
                             'Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n').encode())
        answer = self.file.readline().decode()
        if ' 101 ' not in answer:
            sys.exit(f'no websocket: {answer}{self.file.read(2000).decode()}')
        while self.file.readline() not in (b'\r\n', b''):
            pass

    def receive(self):
        """(opcode, payload) of one frame; the end is a CLOSE."""
        head = self.file.read(2)
        if len(head) < 2:
            return CLOSE, b''
        length = head[1] & 127
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(self.file.read(size), 'big')
        return head[0] & 15, self.file.read(length)

    def send(self, payload):
        """One short binary frame; a client's are masked."""
        mask = os.urandom(4)
        body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(struct.pack('!BB', 128 | BINARY, 128 | len(payload)) + mask + body)


def main():
    web, words, unseen = WebSocket(sys.argv[1]), sys.argv[2:], b''
    while True:
        if words and words[0].encode() in unseen:
            web.send(bytes([STDIN]) + words[1].encode() + b'\n')
            unseen, words = b'', words[2:]
        kind, payload = web.receive()
        if kind == CLOSE:
            return
        if kind == PING or len(payload) < 2:
            continue
        channel, text = payload[0], payload[1:]
        if channel == ERROR:
            print('\nstatus', text.decode())
        elif channel in (STDOUT, STDERR):
            unseen += text
            print(text.decode(errors='replace'), end='', flush=True)


if __name__ == '__main__':
    main()
