# SPDX-License-Identifier: Apache-2.0
"""What the machine boots: Debian's cloud kernel, downloaded and unpacked but not installed, and a small initramfs.

Both lie in a cache under names that say what they were made from. They are made under another name and then renamed, so
any number of runs may make them at the same time, and a broken-off one leaves nothing that a later one would believe.
"""
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
META_PACKAGE = 'linux-image-cloud-amd64'

# Enough to reach the host's root; everything else is loaded later, from the unpacked package.
BOOT_MODULES = ('virtio_pci', 'virtio_console', 'virtiofs', 'overlay')


class LabError(Exception):
    """The lab itself failed; what was to be run in it did not get its chance."""


@dataclass
class DebianKernel:
    """A kernel as its package has it: what the lab boots, and what guests are tested with."""
    folder: Path

    @property
    def image(self):
        return next((self.folder / 'boot').glob('vmlinuz-*'))

    @property
    def release(self):
        return next((self.folder / 'lib/modules').iterdir()).name

    @property
    def modules(self):
        return self.folder / 'lib/modules' / self.release


@dataclass
class Image:
    kernel: DebianKernel
    initramfs: Path


def prepare_kernel():
    """Debian's kernel, unpacked now or taken from the cache."""
    return DebianKernel(_made(_cache() / f'kernel-{_newest_package().replace("=", "_")}', _unpack_kernel))


def prepare():
    """The Image to boot, made now or taken from the cache."""
    kernel = prepare_kernel()
    return Image(kernel, _made(_cache() / f'initramfs-{_fingerprint(kernel)}.gz', lambda path: _pack_initramfs(kernel, path)))


def _cache():
    folder = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'cloche/lab'
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _made(path, make):
    """`path`, made by make(temporary) if it is not there yet."""
    if path.exists():
        return path
    with tempfile.TemporaryDirectory(dir=path.parent, prefix='making-') as folder:
        made = Path(folder) / path.name
        make(made)
        try:
            made.rename(path)
        except OSError:
            if not path.exists():  # else another run was faster
                raise
    return path


def _output(command, **options):
    answer = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if answer.returncode:
        raise LabError(f'{" ".join(map(str, command))}: {answer.stderr.strip() or answer.returncode}')
    return answer.stdout


def _newest_package():
    """'linux-image-6.1.0-N-cloud-amd64=VERSION'. A fresh machine's apt knows no packages before its first update."""
    if not shutil.which('apt-get'):
        raise LabError('needs apt, for the kernel')
    if subprocess.run(['apt-cache', 'show', META_PACKAGE], capture_output=True, check=False).returncode:
        _output(['apt-get', 'update', '-q'])
    name = re.search(r'Depends: (linux-image-[0-9]\S+)', _output(['apt-cache', 'depends', META_PACKAGE]))
    version = name and re.search(r'Candidate: (\S+)', _output(['apt-cache', 'policy', name[1]]))
    if not version:
        raise LabError(f'apt knows no kernel by the name {META_PACKAGE}')
    return f'{name[1]}={version[1]}'


def _unpack_kernel(folder):
    package = folder.name.removeprefix('kernel-').replace('_', '=', 1)
    folder.mkdir()
    _output(['apt-get', 'download', '-q', package], cwd=folder)
    deb = next(folder.glob('*.deb'))
    _output(['dpkg-deb', '-x', deb, folder])
    deb.unlink()
    _output(['depmod', '-b', folder, DebianKernel(folder).release])


def _fingerprint(kernel):
    busybox = Path(shutil.which('busybox') or '/bin/busybox').read_bytes()
    parts = [kernel.folder.name.encode(), repr(BOOT_MODULES).encode(), busybox] + [(HERE / name).read_bytes() for name in ('init', 'inside')]
    return hashlib.sha256(b''.join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def _boot_modules(kernel):
    """The files to load, each after what it needs."""
    base = ['modprobe', '-d', kernel.folder, '-S', kernel.release, '--show-depends']
    lines = ''.join(_output([*base, module]) for module in BOOT_MODULES).splitlines()
    return list(dict.fromkeys(line.split()[1] for line in lines if line.startswith('insmod ')))


def _pack_initramfs(kernel, path):
    tree = path.parent / 'tree'
    for folder in ('bin', 'dev', 'proc', 'sys', 'modules'):
        (tree / folder).mkdir(parents=True)
    shutil.copy(shutil.which('busybox'), tree / 'bin/busybox')
    for name in ('init', 'inside'):
        shutil.copy(HERE / name, tree / name)
    for number, module in enumerate(_boot_modules(kernel)):
        shutil.copy(module, tree / f'modules/{number:02}-{Path(module).name}')
    _output(['sh', '-c', 'find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -1 >"$1"', 'sh', path], cwd=tree)
