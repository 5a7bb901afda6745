# SPDX-License-Identifier: Apache-2.0
"""One machine: boots, runs one command, hands on its output line by line, and ends."""
import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness.kernel import built_kernel
from harness.program import Program

from .cache import LabError, cache_folder
from .image import prepare, prepare_kernel
from .monitor import state_of
from .system import prepare_system

TOP = Path(__file__).resolve().parents[2]
VIRTIOFSD = ('/usr/libexec/virtiofsd', '/usr/lib/qemu/virtiofsd')
QEMU = 'qemu-system-x86_64'

# Warnings reach the console: what stalled is only there.
COMMAND_LINE = 'console=ttyS0 loglevel=5 panic=-1 mitigations=off'

# A daemon of ours must not outlive us, however we end.
WITH_US = ['setpriv', '--pdeathsig', 'KILL']


class MachineLost(LabError):
    """The machine ended or fell silent before the command did: what ran in it can be run again in another."""


@dataclass
class Size:
    cpus: int = 2
    memory_mib: int = 3072
    silence_s: int = 300


def what_is_missing(systemd=False):
    """Why there can be no lab here, or none with systemd; empty when there can."""
    if os.geteuid() != 0:
        return 'root'
    programs = {'qemu-system-x86': QEMU, 'busybox-static': 'busybox', 'cpio': 'cpio', 'kmod': 'depmod', 'util-linux': 'setpriv'}
    if systemd:
        programs.update({'mmdebstrap': 'mmdebstrap', 'e2fsprogs': 'mke2fs'})
    missing = [package for package, program in programs.items() if not shutil.which(program)]
    if not _virtiofsd():
        missing.append('qemu-system-common')
    return ' '.join(missing)


def _virtiofsd():
    return next((path for path in VIRTIOFSD if os.access(path, os.X_OK)), None)


def kernel_env():
    """Where tests find the kernels that guests are booted with. The same paths here and in the lab."""
    debian = prepare_kernel()
    env = {'CLOCHE_GUEST_KERNEL': built_kernel(), 'CLOCHE_DEBIAN_KERNEL': str(debian.image), 'CLOCHE_DEBIAN_MODULES': str(debian.modules)}
    return {name: path for name, path in env.items() if path}


class Machine:
    """Iterate over it for the command's output; afterwards `status` is the command's own.

    `keep`: a folder; what the command leaves in $LAB_RESULTS is unpacked there at the end. `systemd`: it is the first
    process, its root is a small Debian's, and of the host's files there are this project's and its caches' alone, and
    the folders of `shared`.
    """

    def __init__(self, command, size=None, env=None, keep=None, systemd=False, shared=()):
        self.size = size or Size()
        self.keep = keep
        self.systemd = systemd
        self.shared = [TOP, cache_folder().parent] + [folder for folder in shared if not folder.is_relative_to(TOP)]
        self.status = None
        self._state = ''
        self._command = command
        self._env = env or {}

    def __iter__(self):
        image = prepare(from_disk=self.systemd)
        with tempfile.TemporaryDirectory(prefix='cloche-lab-') as folder:
            work = Path(folder)
            self._write_orders(work, image)
            share = self._start_share(work)
            try:
                program = Program(self._qemu(work, image), silence_s=self.size.silence_s, when_silent=lambda: self._examine(work))
                yield from program
            finally:
                share.kill()
                share.wait()
            self.status = self._read_status(work, program)
            self._take_results(work)

    def _write_orders(self, work, image):
        results = '/run/lab/results' if self.keep else ''
        lines = [f'export {name}={shlex.quote(value)}' for name, value in {**kernel_env(), **self._env}.items()]
        if results:
            lines += [f'mkdir -p {results}', f'export LAB_RESULTS={results}']
        lines += [f'cd {shlex.quote(os.getcwd())}', f'exec {shlex.join(self._command)}', '']
        (work / 'command').write_text('\n'.join(lines))
        settings = {'MODULES': str(image.kernel.modules.parent), 'RESULTS': results, 'SYSTEMD': 'yes' if self.systemd else ''}
        (work / 'settings').write_text(''.join(f'{name}={shlex.quote(value)}\n' for name, value in settings.items()))
        (work / 'shared').write_text(''.join(f'{path}\n' for path in self.shared))

    def _start_share(self, work):
        socket = work / 'share.sock'
        command = WITH_US + [_virtiofsd(), f'--socket-path={socket}', '-o', 'source=/', '-o', 'cache=always', '-o', 'sandbox=chroot',
                             '-o', 'no_posix_lock']
        with open(work / 'share.log', 'wb') as log:
            share = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(100):
            if socket.exists():
                return share
            if share.poll() is not None:
                break
            time.sleep(0.1)
        share.kill()
        share.wait()
        raise LabError(f'the shared folder did not start: {(work / "share.log").read_text()[-500:]}')

    def _qemu(self, work, image):
        memory = f'{self.size.memory_mib}M'
        ports = [part for name in ('status', 'results') for part in
                 ('-chardev', f'file,id={name},path={work / name}', '-device', f'virtserialport,chardev={name},name={name}')]
        return WITH_US + [
            QEMU, '-nodefaults', '-M', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', str(self.size.cpus), '-m', memory,
            '-object', f'memory-backend-memfd,id=memory,size={memory},share=on', '-numa', 'node,memdev=memory',
            '-kernel', str(image.kernel.image), '-initrd', str(image.initramfs),
            '-append', f'{COMMAND_LINE} lab.work={work}',
            '-chardev', f'socket,id=share,path={work / "share.sock"}', '-device', 'vhost-user-fs-pci,chardev=share,tag=host',
            '-device', 'virtio-serial', '-chardev', 'file,id=output,path=/proc/self/fd/1', '-device', 'virtserialport,chardev=output,name=output',
            *ports, *self._disk(), '-serial', f'file:{work / "console"}', '-monitor', f'unix:{work / "monitor"},server=on,wait=off',
            '-display', 'none', '-nic', 'none', '-no-reboot']

    def _disk(self):
        if not self.systemd:
            return []
        return ['-drive', f'if=none,id=system,format=raw,readonly=on,file={prepare_system()}', '-device', 'virtio-blk-pci,drive=system']

    def _examine(self, work):
        self._state = state_of(work / 'monitor', self.size.cpus)

    def _read_status(self, work, program):
        said = (work / 'status').read_text().strip() if (work / 'status').exists() else ''
        if said:
            return int(said)
        why = f'was silent for {program.silence_s} seconds' if program.timed_out else f'ended with status {program.status}'
        console = (work / 'console').read_text(errors='replace')[-4000:] if (work / 'console').exists() else ''
        raise MachineLost(f'the machine {why} before the command did\n{console}\n{self._state}')

    def _take_results(self, work):
        if self.keep:
            with tarfile.open(work / 'results') as archive:
                archive.extractall(self.keep, filter='data')
