# SPDX-License-Identifier: Apache-2.0
"""What the machine boots: Debian's cloud kernel, downloaded and unpacked but not installed, and a small initramfs."""
import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .cache import LabError, made, output

HERE = Path(__file__).resolve().parent
META_PACKAGE = 'linux-image-cloud-amd64'

# Enough to reach the root; everything else is loaded later, from the unpacked package.
BOOT_MODULES = ('virtio_pci', 'virtio_console', 'virtiofs', 'overlay')
DISK_MODULES = ('virtio_blk', 'ext4')

SCRIPTS = ('init', 'inside', 'finish')


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
    return DebianKernel(made(f'kernel-{_newest_package().replace("=", "_")}', _unpack_kernel))


def prepare(from_disk=False):
    """The Image to boot, made now or taken from the cache. from_disk: its root is a disk's."""
    kernel, modules = prepare_kernel(), BOOT_MODULES + (DISK_MODULES if from_disk else ())
    name = f'initramfs-{_fingerprint(kernel, modules)}.gz'
    return Image(kernel, made(name, lambda path: _pack_initramfs(kernel, modules, path)))


def _newest_package():
    """'linux-image-6.1.0-N-cloud-amd64=VERSION'. A fresh machine's apt knows no packages before its first update."""
    if not shutil.which('apt-get'):
        raise LabError('needs apt, for the kernel')
    if subprocess.run(['apt-cache', 'show', META_PACKAGE], capture_output=True, check=False).returncode:
        output(['apt-get', 'update', '-q'])
    name = re.search(r'Depends: (linux-image-[0-9]\S+)', output(['apt-cache', 'depends', META_PACKAGE]))
    version = name and re.search(r'Candidate: (\S+)', output(['apt-cache', 'policy', name[1]]))
    if not version:
        raise LabError(f'apt knows no kernel by the name {META_PACKAGE}')
    return f'{name[1]}={version[1]}'


def _unpack_kernel(folder):
    package = folder.name.removeprefix('kernel-').replace('_', '=', 1)
    folder.mkdir()
    output(['apt-get', 'download', '-q', package], cwd=folder)
    deb = next(folder.glob('*.deb'))
    output(['dpkg-deb', '-x', deb, folder])
    deb.unlink()
    output(['depmod', '-b', folder, DebianKernel(folder).release])


def _fingerprint(kernel, modules):
    busybox = Path(shutil.which('busybox') or '/bin/busybox').read_bytes()
    parts = [kernel.folder.name.encode(), repr(modules).encode(), busybox] + [(HERE / name).read_bytes() for name in SCRIPTS]
    return hashlib.sha256(b''.join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def _module_files(kernel, modules):
    """The files to load, each after what it needs."""
    base = ['modprobe', '-d', kernel.folder, '-S', kernel.release, '--show-depends']
    lines = ''.join(output([*base, module]) for module in modules).splitlines()
    return list(dict.fromkeys(line.split()[1] for line in lines if line.startswith('insmod ')))


def _pack_initramfs(kernel, modules, path):
    tree = path.parent / 'tree'
    for folder in ('bin', 'dev', 'proc', 'sys', 'modules'):
        (tree / folder).mkdir(parents=True)
    shutil.copy(shutil.which('busybox'), tree / 'bin/busybox')
    for name in SCRIPTS:
        shutil.copy(HERE / name, tree / name)
    for number, module in enumerate(_module_files(kernel, modules)):
        shutil.copy(module, tree / f'modules/{number:02}-{Path(module).name}')
    output(['sh', '-c', 'find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -1 >"$1"', 'sh', path], cwd=tree)
