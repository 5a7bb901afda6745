# SPDX-License-Identifier: Apache-2.0
"""A small Debian with systemd, as an image of a disk: the root of the machine where systemd is the first process.

The host's own root will not do there: systemd walks through all of it, and the shared folder runs out of descriptors.
"""
import hashlib

from .cache import made, output

SUITE = 'bookworm'
PACKAGES = ('bats', 'busybox-static', 'conmon', 'containerd', 'containernetworking-plugins', 'crun', 'dbus', 'iproute2', 'jq', 'kmod',
            'libcap2-bin', 'netavark', 'podman', 'procps', 'protobuf-compiler', 'python3-grpcio', 'python3-minimal',
            'python3-protobuf', 'systemd', 'systemd-sysv')
SIZE = '2G'  # of the file system; the file is as large as what is in it

# It has been booted before, so that nothing is set up at the first boot.
SETTLE = 'echo 0123456789abcdef0123456789abcdef >"$1/etc/machine-id"'


def prepare_system():
    key = hashlib.sha256(repr((SUITE, PACKAGES, SIZE, SETTLE)).encode()).hexdigest()[:16]
    return made(f'system-{key}.ext4', _make)


def _make(image):
    tree = image.parent / 'tree'
    output(['mmdebstrap', '--quiet', '--variant=minbase', f'--include={",".join(PACKAGES)}', f'--customize-hook={SETTLE}',
            SUITE, tree])
    output(['mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal', '-d', tree, image, SIZE])
