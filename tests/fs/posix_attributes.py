# SPDX-License-Identifier: Apache-2.0
"""What is known of files."""
import errno
import fcntl
import os
import time

from posix_base import GROUP, OTHER, Skip, USER, as_user, fails, make, mode_of, read, test


@test
def owners_and_modes_change():
    make('f')
    os.chown('f', USER, GROUP)
    assert (os.stat('f').st_uid, os.stat('f').st_gid) == (USER, GROUP)
    as_user(lambda: os.chmod('f', 0o600), USER, GROUP)
    assert mode_of('f') == 0o600
    os.symlink('f', 'l')
    os.chown('l', OTHER, OTHER, follow_symlinks=False)
    assert os.lstat('l').st_uid == OTHER and os.stat('f').st_uid == USER
    make('g', b'', 0o000)
    os.chmod('g', 0o7777)
    assert mode_of('g') == 0o7777


@test
def set_id_bits_fall():
    os.chmod('.', 0o777)
    for how in (lambda: os.truncate('f', 1), lambda: make_longer('f'), lambda: os.chown('f', -1, GROUP)):
        make('f', b'xx', 0o644)
        os.chown('f', USER, USER)
        os.chmod('f', 0o6777)
        as_user(how, USER, USER, (GROUP,))
        assert mode_of('f') & 0o6000 == 0, oct(mode_of('f'))
        os.unlink('f')


def make_longer(name):
    fd = os.open(name, os.O_WRONLY)
    os.write(fd, b'longer')
    os.close(fd)


@test
def set_id_bits_stay_for_root():
    make('f', b'xx')
    os.chmod('f', 0o4755)
    make_longer('f')
    assert mode_of('f') == 0o4755


@test
def file_capabilities_fall():
    capability = bytes.fromhex('0100000200040000000000000000000000000000')
    make('f', b'xx')
    os.setxattr('f', 'security.capability', capability)
    assert os.getxattr('f', 'security.capability') == capability
    make_longer('f')
    with fails(errno.ENODATA):
        os.getxattr('f', 'security.capability')


@test
def times_are_set_and_kept():
    make('f')
    os.utime('f', ns=(1_000_000_001, 2_000_000_002))
    st = os.stat('f')
    assert (st.st_atime_ns, st.st_mtime_ns) == (1_000_000_001, 2_000_000_002)
    os.symlink('f', 'l')
    os.utime('l', ns=(3_000_000_003, 4_000_000_004), follow_symlinks=False)
    assert os.lstat('l').st_mtime_ns == 4_000_000_004 and os.stat('f').st_mtime_ns == 2_000_000_002
    before = os.stat('f').st_ctime_ns
    time.sleep(0.02)
    make_longer('f')
    assert os.stat('f').st_mtime_ns > before and os.stat('f').st_ctime_ns > before


@test
def extended_attributes_are_kept():
    make('f')
    os.mkdir('d')
    for name in 'fd':
        os.setxattr(name, 'user.a', b'x' * 2000)
        with fails(errno.EEXIST):
            os.setxattr(name, 'user.a', b'', os.XATTR_CREATE)
        with fails(errno.ENODATA):
            os.setxattr(name, 'user.b', b'', os.XATTR_REPLACE)
        assert os.getxattr(name, 'user.a') == b'x' * 2000 and 'user.a' in os.listxattr(name)
        os.removexattr(name, 'user.a')
        with fails(errno.ENODATA):
            os.getxattr(name, 'user.a')


def acl(*entries):
    """system.posix_acl_*: (tag, permissions, id)"""
    none = 0xffffffff
    return b'\2\0\0\0' + b''.join(tag.to_bytes(2, 'little') + perm.to_bytes(2, 'little') + (none if i is None else i).to_bytes(4, 'little')
                                  for tag, perm, i in entries)


@test
def lists_of_who_may_are_kept_and_hold():
    make('f', b'x', 0o600)
    try:
        os.setxattr('f', 'system.posix_acl_access', acl((1, 6, None), (2, 4, USER), (4, 0, None), (0x10, 4, None), (0x20, 0, None)))
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            raise Skip('needs ACLs of the file system below') from error
        raise
    as_user(lambda: read('f'), USER, USER)
    with fails(errno.EACCES):
        as_user(lambda: read('f'), OTHER, OTHER)


@test
def lists_are_handed_down():
    os.mkdir('d')
    try:
        os.setxattr('d', 'system.posix_acl_default', acl((1, 7, None), (2, 7, USER), (4, 5, None), (0x10, 7, None), (0x20, 0, None)))
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            raise Skip('needs ACLs of the file system below') from error
        raise
    old = os.umask(0o077)
    try:
        os.mkdir('d/e', 0o777)
    finally:
        os.umask(old)
    assert mode_of('d/e') == 0o770, oct(mode_of('d/e'))
    assert 'system.posix_acl_default' in os.listxattr('d/e')


@test
def the_file_system_has_its_figures():
    st = os.statvfs('.')
    assert st.f_blocks > 0 and st.f_namemax == 255


@test
def locks_exclude():
    make('f')
    for lock in (fcntl.flock, fcntl.lockf):
        with open('f', 'r+b') as mine:
            lock(mine, fcntl.LOCK_EX)

            def work():
                with open('f', 'r+b') as theirs:
                    lock(theirs, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with fails(errno.EAGAIN, errno.EACCES):
                as_user(work, 0, 0)
