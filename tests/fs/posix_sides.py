# SPDX-License-Identifier: Apache-2.0
"""What the host and the guest do to the same files."""
import os
import time

from posix_base import host, make, mode_of, read, test


@test
def what_the_host_makes_is_seen():
    with open(host('f'), 'wb') as file:
        file.write(b'from the host')
    assert read('f') == b'from the host'
    with open(host('f'), 'ab') as file:
        file.write(b', more')
    time.sleep(1.1)
    assert os.stat('f').st_size == 19 and read('f') == b'from the host, more'
    os.unlink(host('f'))
    time.sleep(1.1)
    assert not os.path.exists('f')


@test
def what_is_made_here_the_host_sees_at_once():
    make('f', b'to the host', 0o640)
    assert read(host('f')) == b'to the host' and mode_of(host('f')) == 0o640
    os.rename('f', 'g')
    assert os.listdir(host()) == ['g']


@test
def a_link_to_the_hosts_root_leads_to_ours():
    os.symlink('/etc/hostname', host('l'))
    assert os.readlink('l') == '/etc/hostname'


@test
def what_the_host_replaces_is_another_file():
    make('f', b'old')
    fd = os.open('f', os.O_RDONLY)
    with open(host('g'), 'wb') as file:
        file.write(b'new!')
    os.rename(host('g'), host('f'))
    time.sleep(1.1)
    assert read('f') == b'new!' and os.pread(fd, 10, 0) == b'old'
    os.close(fd)
