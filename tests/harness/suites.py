# SPDX-License-Identifier: Apache-2.0
"""What there is to run: the builds, the programs that meson knows, the bats files, the lab."""
import json
import os
import shutil
import subprocess
from pathlib import Path

from kvm.where import where_kvm
from lab.cache import LabError
from lab.machine import Machine, MachineLost, Size, what_is_missing

from .kernel import KernelBuild
from .tap import FAILED, SKIPPED, Reader, Result

TOP = Path(__file__).resolve().parents[2]
JOBS = str(min(os.cpu_count() or 1, 8))

# name: (compiler, meson options, suites of meson that do not run there)
BUILDS = {
    'gcc': ('gcc', [], ()),
    'clang': ('clang', [], ('structure', 'pages')),
    'asan': ('gcc', ['-Db_sanitize=address,undefined', '-Db_lundef=false'], ('structure', 'pages')),
}

# A leak or an undefined behaviour ends the program: a test that goes on would hide it.
SANITIZER_ENV = {
    'ASAN_OPTIONS': 'detect_leaks=1:halt_on_error=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
}

# Folders of bats files, and those that need the guest's kernel.
BATS_FOLDERS = ('verbs', 'kvm', 'microvm', 'containment', 'soak', 'crash', 'examples', 'engines')
KERNEL_FOLDERS = ('kernel',)

# Of the engines, what runs in the lab as well: what cgroup v2 or systemd's driver may make different there.
# containerd runs with its own driver alone.
ENGINES = ('engines/podman',)
CONTAINERD = ('engines/containerd-cgroup', 'engines/cri-cgroup')

# place: (the files that its machine runs, whether systemd is its first process, what else the tests there are told)
LABS = {
    'lab': (('kvm/*', 'microvm/*', 'verbs/*', 'containment/*', *ENGINES, *CONTAINERD), False, {}),
    'lab with systemd': (('systemd/*', *ENGINES), True, {'CLOCHE_TEST_CGROUP_MANAGER': 'systemd'}),
}

# The same, but run only when asked for: each service is a machine that boots in the lab's, which takes a few seconds.
WALLS = {'lab, microVMs': (('verbs/*', 'examples/*'), False, {'CLOCHE_TEST_WALL': 'microvm'})}

# A machine says every 20 seconds that it is alive; a file of tests that takes longer than this does not end by itself.
LAB_SILENCE_S = 240
LAB_FILE_S = 1500


class Suites:
    """Runs suites and gives their results to a report."""

    def __init__(self, report, build=None):
        self.report = report
        self.kernel = KernelBuild(report)
        self.folders = {name: TOP / f'build-{name}' for name in BUILDS}
        if build:
            self.folders['gcc'] = Path(build).resolve()
        self._built = {}

    def build(self, name):
        """Configure and compile without a warning; a failed build is a failed test. Done once for each name."""
        if name not in self._built:
            self.report.head(f'build {name}')
            self._built[name] = self._configure(name) and self._compile(name)
        return self._built[name]

    def _configure(self, name):
        compiler, options, _ = BUILDS[name]
        folder = self.folders[name]
        if (folder / 'build.ninja').exists():
            return True
        command = ['meson', 'setup', str(folder), str(TOP), '--werror', *options]
        return self.report.run_plain(name, 'build', f'{name}: meson accepts the project', command,
                                     env=dict(os.environ, CC=compiler))

    def _compile(self, name):
        command = ['ninja', '-C', str(self.folders[name]), '-j', JOBS]
        return self.report.run_plain(name, 'build', f'{name}: everything compiles without a warning', command)

    def meson(self, name, wanted=None):
        """Run the programs that meson knows in build `name`, of the wanted suites or of all that belong there."""
        if not self.build(name):
            return
        left_out = BUILDS[name][2]
        self.report.head(f'programs, {name}')
        listing = subprocess.run(['meson', 'introspect', '--tests', str(self.folders[name])], check=True,
                                 capture_output=True, text=True).stdout
        for test in json.loads(listing):
            suite = test['suite'][0].split(':')[-1]
            if suite in (wanted or (suite,)) and suite not in left_out:
                self._meson_test(name, suite, test)

    def _meson_test(self, name, suite, test):
        env = dict(os.environ, **SANITIZER_ENV, **test['env'])
        options = {'env': env, 'cwd': test['workdir'] or self.folders[name], 'silence_s': test['timeout'] * 4}
        if test['protocol'] == 'tap':
            self.report.run(name, f'{suite}/{test["name"]}', test['cmd'], **options)
        else:
            self.report.run_plain(name, suite, test['name'], test['cmd'], **options)

    def bats(self, folder, files=()):
        """Run the bats files of tests/`folder` (or only the named ones) with the cloche of the gcc build."""
        found = self._find_bats(f'{folder}/*', files)
        if not found or not self.build('gcc'):
            return
        env = dict(os.environ, **self._bats_env())
        if folder in KERNEL_FOLDERS:
            env['CLOCHE_GUEST_KERNEL'] = self.kernel.path()
        self.report.head(f'{folder}, host')
        if reason := self._bats_cannot():
            self.report.add('host', folder, Result(f'everything in tests/{folder}', SKIPPED, f'needs {reason}'))
            return
        for file in found:
            self.report.run('host', f'{folder}/{file.stem}', ['bats', '--tap', str(file)], loud=True, env=env, cwd=TOP)

    def microvm(self, files=()):
        """Where there is a KVM for it: on this host, or in the lab."""
        if not self.build('gcc'):
            return
        place, reason = where_kvm(self.folders['gcc'])
        if not place:
            self.report.add('host', 'microvm', Result('everything in tests/microvm', SKIPPED, f'needs a KVM: {reason}'))
        elif place == 'here':
            self.bats('microvm', files)
        else:
            self.lab(files or [file.stem for file in self._find_bats('microvm/*', ())])

    def walls(self, files=()):
        """Run the tests of the verbs and the examples behind the wall of machines, in the lab."""
        self.lab(files, WALLS)

    def lab(self, files=(), labs=None):
        """Run bats files on the lab's machines; one boot of each serves all of its files."""
        for place, (patterns, systemd, env) in (labs or LABS).items():
            found = [file for pattern in patterns for file in self._find_bats(pattern, files)]
            if found and self.build('gcc'):
                self._run_lab(place, found, systemd, env)

    def _run_lab(self, place, found, systemd, env):
        self.kernel.path()  # from here on it is there for the machine, if it can be there at all
        self.report.head(place)
        if reason := what_is_missing(systemd) or self._bats_cannot():
            self.report.add(place, 'lab', Result('everything in the ' + place, SKIPPED, f'needs {reason}'))
            return
        env = dict(self._bats_env(), CLOCHE_TEST_RUN='lab', **env)
        try:
            self._run_files(place, found, lambda command: Machine(command, Size(silence_s=LAB_SILENCE_S), env=env, systemd=systemd,
                                                                  shared=[self.folders['gcc']]))
        except LabError as error:
            reason, *details = str(error).split('\n')
            self.report.add(place, 'lab', Result('the machine runs to its end', FAILED, reason))
            self.report.say('\n'.join(details))

    def _run_files(self, place, files, machine):
        """On one machine; if that is lost, those that had not ended once more on another."""
        left = list(files)
        try:
            self._read_suite(place, left, machine(self._suite(left)))
        except MachineLost as error:
            if not left:
                raise
            self.report.say(f'lost a machine: {error}')
            self.report.head(f'{place}, another machine')
            self._read_suite(place, left, machine(self._suite(left)))

    def _suite(self, files):
        return [str(TOP / 'tests/lab/suite'), str(Size.cpus), str(LAB_FILE_S), *map(str, files)]

    def _read_suite(self, place, left, lines):
        """tests/lab/suite speaks TAP file by file: '# file PATH', the file's own lines, '# end of file: status N'.

        The files that have ended are taken out of `left`.
        """
        reader, suite = Reader(), 'lab'
        for line in lines:
            if line == '# alive':
                continue
            if line.startswith('# second attempt: '):
                self.report.say(f'  {line}')
                continue
            if line.startswith('# file '):
                path = Path(line.removeprefix('# file '))
                reader, suite = Reader(), f'{path.parent.name}/{path.stem}'.lstrip('/')
            elif line.startswith('# end of file: status '):
                self.report.end(place, suite, reader, int(line.split()[-1]), loud=True)
                left[:] = [file for file in left if file != path]
            elif (result := reader.feed(line)) is not None:
                self.report.add(place, suite, result)

    def _find_bats(self, pattern, files):
        names = {Path(f).stem for f in files}
        return [f for f in sorted((TOP / 'tests').glob(f'{pattern}.bats')) if not names or f.stem in names]

    def _bats_env(self):
        return {'CLOCHE': str(self.cloche()), 'CLOCHE_BUILD': str(self.folders['gcc'])}

    def cloche(self):
        return self.folders['gcc'] / 'runtime' / 'cli' / 'cloche'

    def _bats_cannot(self):
        if not shutil.which('bats'):
            return 'bats'
        if not self.cloche().exists():
            return 'the program cloche, which this build has not'
        return '' if os.geteuid() == 0 else 'root'
