# SPDX-License-Identifier: Apache-2.0
"""What the tests of a file system share. The directory that is tested is the working directory."""
import contextlib
import ctypes
import errno
import os
import stat
import traceback

TESTS = []
LIBC = ctypes.CDLL(None, use_errno=True)
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
AT_FDCWD, AT_SYMLINK_FOLLOW = -100, 0x400
USER, OTHER, GROUP = 1000, 1001, 2000
TOP = os.getcwd()


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


@contextlib.contextmanager
def fails(*numbers):
    try:
        yield
    except OSError as error:
        assert error.errno in numbers, f'{errno.errorcode[error.errno]}, not {[errno.errorcode[n] for n in numbers]}'
    else:
        raise AssertionError(f'nothing failed, {[errno.errorcode[n] for n in numbers]} was to')


def make(name, content=b'', mode=0o644):
    with open(name, 'wb') as file:
        file.write(content)
    os.chmod(name, mode)
    return name


def read(name):
    with open(name, 'rb') as file:
        return file.read()


def mode_of(name):
    return stat.S_IMODE(os.lstat(name).st_mode)


def as_user(work, uid=USER, gid=USER, groups=()):
    """Runs work() as somebody else, in a process of its own: its errors are ours."""
    pid = os.fork()
    if pid:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert status >= 0, f'ended by signal {-status}'
        if status:
            raise OSError(status, os.strerror(status))
        return
    status = 0
    try:
        os.setgroups(list(groups))
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        work()
    except OSError as error:
        status = error.errno
    except BaseException:
        traceback.print_exc()
        os.abort()
    os._exit(status)


def rename2(old, new, flags):
    if LIBC.renameat2(AT_FDCWD, old.encode(), AT_FDCWD, new.encode(), flags) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def link_followed(old, new):
    if LIBC.linkat(AT_FDCWD, old.encode(), AT_FDCWD, new.encode(), AT_SYMLINK_FOLLOW) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def host(name=''):
    """The name as the host sees it."""
    if 'SHARED' not in os.environ:
        raise Skip('needs $SHARED')
    return os.path.join(os.environ['SHARED'], os.path.relpath(os.getcwd(), TOP), name)
