# SPDX-License-Identifier: Apache-2.0
"""What is in files."""
import ctypes
import errno
import mmap
import os
import shutil
import time

from posix_base import LIBC, Skip, as_user, fails, link_followed, make, read, test


@test
def a_file_without_a_name_is_there_while_it_is_open():
    fd = os.open('f', os.O_CREAT | os.O_RDWR, 0o600)
    os.unlink('f')
    os.write(fd, b'still here')
    assert os.fstat(fd).st_nlink == 0 and os.fstat(fd).st_size == 10
    assert os.pread(fd, 100, 0) == b'still here'
    os.ftruncate(fd, 5)
    os.fchmod(fd, 0o644)
    assert os.fstat(fd).st_size == 5
    os.close(fd)
    assert os.listdir('.') == []


@test
def a_file_may_be_made_without_a_name():
    try:
        fd = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            raise Skip('needs FUSE_TMPFILE of the kernel') from error
        raise
    os.write(fd, b'made')
    assert os.listdir('.') == []
    link_followed(f'/proc/self/fd/{fd}', 'named')
    assert read('named') == b'made'
    os.close(fd)


@test
def what_was_written_through_one_is_read_through_another():
    a, b = os.open('f', os.O_CREAT | os.O_RDWR), os.open('f', os.O_RDWR)
    os.pwrite(a, b'x' * 5000, 0)
    assert os.pread(b, 10000, 0) == b'x' * 5000
    os.pwrite(b, b'y', 4096)
    assert os.pread(a, 2, 4095) == b'xy'
    os.close(a)
    os.close(b)


@test
def sizes_change():
    make('f', b'0123456789')
    os.truncate('f', 4)
    assert read('f') == b'0123'
    os.truncate('f', 8)
    assert read('f') == b'0123\0\0\0\0'
    with open('f', 'wb'):
        pass
    assert os.stat('f').st_size == 0
    with fails(errno.EISDIR):
        os.truncate('.', 0)
    make('r', b'x', 0o444)
    with fails(errno.EACCES):
        as_user(lambda: os.truncate('r', 0))


@test
def appending_goes_to_the_end():
    a, b = (os.open('f', os.O_CREAT | os.O_WRONLY | os.O_APPEND) for _ in range(2))
    os.write(a, b'one ')
    os.write(b, b'two ')
    os.write(a, b'three')
    assert read('f') == b'one two three'


@test
def mappings_write():
    make('f', bytes(10000))
    with open('f', 'r+b') as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[5000:5006] = b'mapped'
        assert os.pread(file.fileno(), 6, 5000) == b'mapped'
        mapped.flush()
    assert read('f')[5000:5006] == b'mapped'
    fd = os.open('f', os.O_RDWR | os.O_APPEND)
    with mmap.mmap(fd, 0) as mapped:
        mapped[0:3] = b'top'
        mapped.flush()
    os.close(fd)
    assert os.stat('f').st_size == 10000 and read('f')[:3] == b'top'


@test
def direct_writes_are_read():
    fd = os.open('f', os.O_CREAT | os.O_RDWR | os.O_DIRECT)
    page = mmap.mmap(-1, 8192)
    page[:] = b'd' * 8192
    assert os.pwritev(fd, [page], 0) == 8192
    page[:] = bytes(8192)
    assert os.preadv(fd, [page], 0) == 8192 and page[:] == b'd' * 8192
    os.close(fd)


@test
def holes_are_holes():
    fd = os.open('f', os.O_CREAT | os.O_RDWR)
    os.pwrite(fd, b'x', 1 << 20)
    assert os.lseek(fd, 0, os.SEEK_DATA) >= (1 << 20) - 65536
    assert os.lseek(fd, 0, os.SEEK_HOLE) == 0
    assert os.pread(fd, 10, 100) == bytes(10)
    with fails(errno.ENXIO):
        os.lseek(fd, 2 << 20, os.SEEK_DATA)
    os.close(fd)


@test
def space_is_kept_and_given_back():
    fd = os.open('f', os.O_CREAT | os.O_RDWR)
    os.posix_fallocate(fd, 0, 1 << 20)
    assert os.fstat(fd).st_size == 1 << 20
    os.pwrite(fd, b'x' * 8192, 0)
    keep_size_punch_hole = 0x01 | 0x02
    if LIBC.fallocate(fd, keep_size_punch_hole, ctypes.c_long(0), ctypes.c_long(4096)) < 0:
        raise OSError(ctypes.get_errno(), 'fallocate')
    assert os.pread(fd, 4097, 0) == bytes(4096) + b'x'
    os.close(fd)


@test
def files_are_copied_by_the_kernel():
    make('a', os.urandom(300000))
    with open('a', 'rb') as a, open('b', 'wb') as b:
        left = 300000
        while left:
            left -= os.copy_file_range(a.fileno(), b.fileno(), left)
    assert read('a') == read('b')


@test
def what_is_synced_is_synced():
    with open('f', 'wb') as file:
        file.write(b'x')
        file.flush()
        os.fsync(file.fileno())
        os.fdatasync(file.fileno())
    fd = os.open('.', os.O_RDONLY)
    os.fsync(fd)
    LIBC.syncfs(fd)
    os.close(fd)


@test
def a_program_runs_and_is_not_written_meanwhile():
    shutil.copy('/bin/sleep', 'sleep')
    os.chmod('sleep', 0o755)
    pid = os.spawnv(os.P_NOWAIT, './sleep', ['sleep', '5'])
    time.sleep(0.2)
    try:
        with fails(errno.ETXTBSY):
            os.open('sleep', os.O_WRONLY)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
