# SPDX-License-Identifier: Apache-2.0
"""Names: linking, renaming, removing, listing."""
import errno
import os
import shutil

from posix_base import RENAME_EXCHANGE, RENAME_NOREPLACE, fails, make, read, rename2, test


@test
def names_have_their_limits():
    make('n' * 255)
    assert os.listdir('.') == ['n' * 255]
    with fails(errno.ENAMETOOLONG):
        make('n' * 256)
    for name in ('with space', 'ü ñ 日本', 'new\nline', '-', 'a' * 3 + '\\', b'\xff\xfe'.decode(errors='surrogateescape')):
        make(name)
        os.unlink(name)


@test
def a_file_has_many_names():
    make('a', b'x')
    os.mkdir('d')
    os.link('a', 'd/b')
    assert os.stat('a').st_nlink == 2 and os.path.samefile('a', 'd/b')
    with fails(errno.EEXIST):
        os.link('a', 'd/b')
    with fails(errno.EPERM):
        os.link('d', 'e')
    os.unlink('a')
    assert os.stat('d/b').st_nlink == 1 and read('d/b') == b'x'


@test
def a_symbolic_link_is_linked_itself():
    os.symlink('nowhere', 'l')
    os.link('l', 'm', follow_symlinks=False)
    assert os.readlink('m') == 'nowhere' and os.lstat('l').st_nlink == 2


@test
def symbolic_links_lead_where_they_say():
    os.mkdir('d')
    make('d/f', b'x')
    os.symlink('d', 'l')
    os.symlink('l/f', 'm')
    os.symlink('loop', 'loop')
    assert read('m') == b'x' and os.lstat('l').st_size == 1
    with fails(errno.ELOOP):
        os.open('loop', os.O_RDONLY)
    with fails(errno.ELOOP):
        os.open('l', os.O_RDONLY | os.O_NOFOLLOW)
    os.symlink('t' * 4000, 'long')
    assert os.readlink('long') == 't' * 4000


@test
def renaming_replaces():
    make('a', b'a')
    make('b', b'b')
    os.rename('a', 'b')
    assert os.listdir('.') == ['b'] and read('b') == b'a'
    os.mkdir('d')
    os.mkdir('e')
    make('e/f')
    with fails(errno.ENOTEMPTY, errno.EEXIST):
        os.rename('d', 'e')
    with fails(errno.EISDIR):
        os.rename('b', 'd')
    with fails(errno.ENOTDIR):
        os.rename('d', 'b')
    with fails(errno.EINVAL):
        os.rename('e', 'e/below')
    os.rename('e', 'd')
    assert os.listdir('d') == ['f']


@test
def renaming_keeps_or_exchanges():
    make('a', b'a')
    os.mkdir('b')
    with fails(errno.EEXIST):
        rename2('a', 'b', RENAME_NOREPLACE)
    rename2('a', 'b', RENAME_EXCHANGE)
    assert read('b') == b'a' and os.path.isdir('a')
    rename2('a', 'c', RENAME_NOREPLACE)
    assert sorted(os.listdir('.')) == ['b', 'c']


@test
def folders_count_their_links_and_must_be_empty():
    os.mkdir('d')
    os.mkdir('d/e')
    with fails(errno.ENOTEMPTY):
        os.rmdir('d')
    with fails(errno.EISDIR, errno.EPERM):
        os.unlink('d')
    os.rmdir('d/e')
    os.rmdir('d')
    with fails(errno.ENOENT):
        os.rmdir('d')
    make('f')
    with fails(errno.ENOTDIR):
        os.rmdir('f')
    with fails(errno.ENOTDIR):
        os.stat('f/x')


@test
def a_great_folder_is_listed_whole():
    names = {f'{i:05}-{"x" * (i % 200)}' for i in range(3000)}
    os.mkdir('d')
    for name in names:
        os.close(os.open('d/' + name, os.O_CREAT | os.O_WRONLY, 0o600))
    assert set(os.listdir('d')) == names
    with os.scandir('d') as entries:
        assert all(entry.is_file() and entry.inode() == os.stat(entry.path).st_ino for entry in entries)
    shutil.rmtree('d')
    assert not os.path.exists('d')


@test
def a_removed_folder_is_empty_and_takes_nothing():
    os.mkdir('d')
    fd = os.open('d', os.O_RDONLY)
    os.rmdir('d')
    with fails(errno.ENOENT):
        os.open('x', os.O_CREAT | os.O_WRONLY, dir_fd=fd)
    assert os.listdir(fd) == []
    os.close(fd)


@test
def deep_paths_lead_home():
    here = os.open('.', os.O_RDONLY)
    for _ in range(300):
        os.mkdir('d')
        os.chdir('d')
    make('f', b'deep')
    assert read('f') == b'deep'
    os.fchdir(here)
    shutil.rmtree('d')
    os.close(here)
