#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client of the container runtime interface for shell scripts; it starts once, since loading gRPC takes long.

usage: cri_client.py SOCKET FOLDER

FOLDER has cri_pb2.py, which protoc made of cri.proto, and the pipes `requests` and `answers`. A request is a line
'METHOD JSON'; its answer a line 'ok JSON' or 'error CODE MESSAGE'. JSON is of the method's message, in proto3's mapping,
but bytes are text.
"""
import json
import os
import sys

import grpc
from google.protobuf import json_format, message_factory

TIMEOUT_S = 120
SERVICE = 'runtime.v1.RuntimeService'


def load_methods(folder):
    sys.path.insert(0, folder)
    import cri_pb2  # made for this run
    return cri_pb2.DESCRIPTOR.services_by_name['RuntimeService'].methods_by_name


def to_json(message):
    """As json_format has it, with what is nought and without base64."""
    plain = json_format.MessageToDict(message, preserving_proto_field_name=True, including_default_value_fields=True)
    for field, value in message.ListFields():
        if field.type == field.TYPE_BYTES:
            plain[field.name] = value.decode(errors='replace')
    return json.dumps(plain)


class Client:
    def __init__(self, socket, methods):
        self.channel = grpc.insecure_channel(f'unix://{socket}')
        self.methods = methods
        self.factory = message_factory.MessageFactory()

    def call(self, name, text):
        method = self.methods[name]
        request, answer = (self.factory.GetPrototype(kind) for kind in (method.input_type, method.output_type))
        call = self.channel.unary_unary(f'/{SERVICE}/{name}', request.SerializeToString, answer.FromString)
        return call(json_format.Parse(text, request()), timeout=TIMEOUT_S)

    def answer(self, line):
        name, _, text = line.partition(' ')
        try:
            return 'ok ' + to_json(self.call(name, text))
        except grpc.RpcError as error:
            return f'error {error.code().name} ' + error.details().replace('\n', ' ')
        except (KeyError, json_format.ParseError) as error:
            return f'error REQUEST {error!r}'


def main():
    socket, folder = sys.argv[1:]
    client = Client(socket, load_methods(folder))
    # open in both directions: there is always somebody at the other end
    requests, answers = (os.open(f'{folder}/{name}', os.O_RDWR) for name in ('requests', 'answers'))
    with os.fdopen(requests) as lines:
        for line in lines:
            os.write(answers, (client.answer(line.rstrip('\n')) + '\n').encode())


if __name__ == '__main__':
    main()
