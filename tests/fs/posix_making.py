# SPDX-License-Identifier: Apache-2.0
"""Making files, and whose they are then."""
import errno
import os
import socket
import stat

from posix_base import GROUP, OTHER, USER, as_user, fails, make, mode_of, read, test


@test
def a_file_is_made_once():
    os.close(os.open('a', os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with fails(errno.EEXIST):
        os.open('a', os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with fails(errno.EEXIST):
        os.mkdir('a')


@test
def modes_are_masked():
    old = os.umask(0o027)
    try:
        os.close(os.open('f', os.O_CREAT | os.O_WRONLY, 0o666))
        os.mkdir('d', 0o777)
        os.mkfifo('p', 0o666)
    finally:
        os.umask(old)
    assert (mode_of('f'), mode_of('d'), mode_of('p')) == (0o640, 0o750, 0o640)


@test
def a_file_belongs_to_who_made_it():
    os.chmod('.', 0o777)

    def work():
        os.mkdir('d')
        os.symlink('x', 'l')
        os.mkfifo('p')
        make('f')
    as_user(work, USER, GROUP)
    for name in 'dlpf':
        st = os.lstat(name)
        assert (st.st_uid, st.st_gid) == (USER, GROUP), name


@test
def a_folder_with_setgid_gives_its_group():
    os.chown('.', 0, GROUP)
    os.chmod('.', 0o2777)

    def work():
        os.mkdir('d')
        make('f')
    as_user(work)
    assert os.stat('d').st_gid == GROUP and mode_of('d') & stat.S_ISGID
    assert os.stat('f').st_gid == GROUP


@test
def a_member_of_a_group_may_write_by_it():
    os.chown('.', 0, GROUP)
    os.chmod('.', 0o770)
    as_user(lambda: make('f'), USER, USER, (GROUP,))
    with fails(errno.EACCES):
        as_user(lambda: make('g'), OTHER, OTHER)


@test
def permissions_hold():
    make('secret', b'x', 0o600)
    os.mkdir('closed', 0o700)
    make('closed/f', b'x', 0o644)
    for work in (lambda: read('secret'), lambda: read('closed/f'), lambda: make('closed/g'), lambda: os.unlink('secret'),
                 lambda: os.mkdir('d')):
        with fails(errno.EACCES):
            as_user(work)
    with fails(errno.EPERM):
        as_user(lambda: os.chmod('secret', 0o666))
    with fails(errno.EPERM):
        as_user(lambda: os.chown('secret', USER, USER))


@test
def in_a_sticky_folder_ones_own_is_removed():
    os.chmod('.', 0o1777)
    as_user(lambda: make('f'), USER, USER)
    with fails(errno.EPERM, errno.EACCES):
        as_user(lambda: os.unlink('f'), OTHER, OTHER)
    as_user(lambda: os.unlink('f'), USER, USER)


@test
def devices_and_sockets_are_made():
    os.mknod('null', stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod('disk', stat.S_IFBLK | 0o600, os.makedev(259, 1000))
    os.mknod('white', stat.S_IFCHR | 0o600, os.makedev(0, 0))
    assert os.stat('null').st_rdev == os.makedev(1, 3) and stat.S_ISCHR(os.stat('null').st_mode)
    assert os.stat('disk').st_rdev == os.makedev(259, 1000) and stat.S_ISBLK(os.stat('disk').st_mode)
    with socket.socket(socket.AF_UNIX) as one, socket.socket(socket.AF_UNIX) as two:
        one.bind('s')
        one.listen()
        two.connect('s')
    assert stat.S_ISSOCK(os.stat('s').st_mode)


@test
def a_pipe_joins_two_processes():
    os.mkfifo('p')
    if os.fork() == 0:
        with open('p', 'wb') as pipe:
            pipe.write(b'through')
        os._exit(0)
    assert read('p') == b'through'
    os.wait()
