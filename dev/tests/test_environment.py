"""Failures on a developer's machine."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import unittest
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from unittest import mock

import clone
import emulator
import leftovers
import postgres
import processes
import run
import sessions
import suite
import tools
from output import Failure, seconds
from tests import WithFolder

# Makes a Python program end at an interrupt without a traceback.
QUIET = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
SLEEPER = [sys.executable, "-c", f"{QUIET}; import time; time.sleep(60)"]


class Ports(WithFolder):
    def test_the_failure_for_a_taken_port_names_it_and_the_solution(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with self.assertRaisesRegex(Failure, f"Port {port} on 127.0.0.1 is taken.*VERSE_PORT="):
                run.reserve(port)

    def test_a_reserved_port_is_free_again_after_its_release(self) -> None:
        for _ in range(5):
            first = run.reserve(0)
            port = first.getsockname()[1]
            with self.assertRaises(Failure):
                run.reserve(port)
            first.close()
            # Another program may have taken this port.
            with suppress(Failure):
                run.reserve(port).close()
                return
        self.fail("a released port stays taken")

    def test_a_port_taken_before_the_start_is_replaced(self) -> None:
        watch, ports = mock.Mock(), [1, 2, 3]
        started = [emulator.Emulator(watch, port, Path("log")) for port in ports]
        started[0].wait_until_healthy = mock.Mock(side_effect=emulator.PortTaken(1))  # type: ignore[method-assign]
        started[1].wait_until_healthy = mock.Mock()  # type: ignore[method-assign]
        started[1].migrate = mock.Mock()  # type: ignore[method-assign]
        with (
            mock.patch.object(emulator, "free_port", side_effect=ports),
            mock.patch.object(emulator, "start", side_effect=started),
            mock.patch.object(processes, "stop") as stop,
        ):
            with emulator.temporary({}, Path("log")) as service:
                self.assertEqual(service.port, 2)
                stop.assert_called_once()
        self.assertEqual(stop.call_count, 2)

    def test_the_port_that_moto_chose_is_read_from_its_log(self) -> None:
        log = self.folder / "moto.txt"
        log.write_text(" * Running on http://127.0.0.1:4")
        self.assertEqual(suite.moto_url(log), "")
        log.write_text(" * Running on http://127.0.0.1:40123\nPress CTRL+C")
        self.assertEqual(suite.moto_url(log), "http://127.0.0.1:40123")

    def test_a_malformed_port_is_refused(self) -> None:
        for text in ("abc", "0", "70000", "-1"):
            with mock.patch.dict(os.environ, VERSE_PORT=text), self.assertRaises(Failure):
                run.chosen_port()


class Locks(WithFolder):
    def test_a_second_holder_is_refused_and_reads_who_holds_the_lock(self) -> None:
        with mock.patch.object(clone, "LOCAL", self.folder):
            first = clone.take_run_lock("")
            with self.assertRaisesRegex(Failure, f"process {os.getpid()}$"):
                clone.take_run_lock("process {pid}")
            first.close()
            clone.take_run_lock("").close()

    def test_a_killed_holder_leaves_no_lock(self) -> None:
        code = (
            "import clone, pathlib, time\n"
            f"held = clone.lock(pathlib.Path({str(self.folder / 'lock')!r}))\n"
            "print(flush=True)\n"
            "time.sleep(60)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", code], cwd=clone.ROOT / "dev", stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        self.assertIsNone(clone.lock(self.folder / "lock"))
        child.kill()
        child.wait()
        child.stdout.close()
        lock = clone.lock(self.folder / "lock")
        assert lock
        lock.close()

    def test_two_first_commands_get_the_same_clone_number(self) -> None:
        with mock.patch.object(clone, "LOCAL", self.folder):
            path = self.folder / "clone"
            # The second command looks for the file before the first has made it.
            with mock.patch.object(Path, "exists", return_value=False):
                self.assertEqual(clone._clone_number(), clone._clone_number())
            self.assertEqual(list(self.folder.iterdir()), [path])


class Installing(WithFolder):
    def failure(self, printed: str) -> str:
        pip = self.folder / "pip"
        pip.write_text(f"#!/bin/sh\necho '{printed}'\nexit 1\n")
        pip.chmod(0o755)
        with mock.patch.object(tools, "PIP", [str(pip)]), self.assertRaises(Failure) as caught:
            with redirect_stdout(StringIO()):
                tools.postgres(self.folder)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["pip"], "no unfinished folder is left")
        return str(caught.exception)

    def test_a_failed_installation_is_explained(self) -> None:
        retrying = "WARNING: Retrying (Retry(total=4)) after connection broken"
        for printed, explanations in (
            (retrying, ("pip did not reach the package index", retrying)),
            ("ERROR: No matching distribution found for pgserver", ("for this platform", "DATABASE_URL")),
            ("/usr/bin/python3: No module named pip", ("pip is missing", "python3-pip")),
        ):
            text = self.failure(printed)
            for explanation in explanations:
                self.assertIn(explanation, text)

    def test_another_version_on_path_is_not_used(self) -> None:
        program = self.folder / "cargo-deny"
        for version, found in (("0.20.2", program), ("0.20.20", None), ("0.19.0", None)):
            program.write_text(f"#!/bin/sh\necho cargo-deny {version}\n")
            program.chmod(0o755)
            with mock.patch.dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}"):
                self.assertEqual(tools._on_path("cargo-deny", "0.20.2", "--version"), found)

    def test_an_interrupted_installation_leaves_nothing(self) -> None:
        target = self.folder / "tool"
        with self.assertRaises(KeyboardInterrupt), leftovers.unfinished(target) as work:
            (work / "half").touch()
            raise KeyboardInterrupt
        self.assertEqual(list(self.folder.iterdir()), [])


class Processes(unittest.TestCase):
    def test_a_session_is_stopped_with_all_its_processes(self) -> None:
        code = f"{QUIET}; import subprocess, time; subprocess.Popen({SLEEPER!r}); time.sleep(60)"
        child = processes.start([sys.executable, "-c", code])
        self.assertTrue(processes.wait_until(lambda: len(sessions.family({child.pid})) == 2, 10))
        processes.stop(child)
        self.assertEqual(sessions.family({child.pid}), [])

    def test_a_descendant_in_a_session_of_its_own_is_stopped_too(self) -> None:
        code = (
            f"{QUIET}; import subprocess, time; subprocess.Popen({SLEEPER!r}, start_new_session=True); time.sleep(60)"
        )
        child = processes.start([sys.executable, "-c", code])
        self.assertTrue(processes.wait_until(lambda: len(sessions.family({child.pid})) == 2, 10))
        [descendant] = set(sessions.family({child.pid})) - {child.pid}
        processes.stop(child, patience=0.2)
        self.assertFalse(sessions.command_line(descendant))

    def test_a_process_that_ignores_the_signal_is_killed(self) -> None:
        code = f"{QUIET}; import time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
        child = processes.start([sys.executable, "-c", code], output=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        processes.stop(child, patience=0.1)
        child.stdout.close()
        self.assertEqual(child.returncode, -signal.SIGKILL)


class KeptRunning(WithFolder):
    def start(self, code: str) -> subprocess.Popen[bytes]:
        function = self.folder / "greeter"
        function.write_text(f"#!{sys.executable} -s\n{code}\n")
        function.chmod(0o755)
        command = [sys.executable, "-s", str(clone.ROOT / "dev/keep_running.py"), str(function)]
        child = processes.start(command, output=subprocess.PIPE)
        self.addCleanup(processes.stop, child)
        assert child.stdout
        self.addCleanup(child.stdout.close)
        return child

    def test_a_function_that_ends_is_reported_and_started_again(self) -> None:
        for code, how in (("raise SystemExit(3)", "exit code 3"), ("import os; os.kill(os.getpid(), 9)", "SIGKILL")):
            child = self.start(code)
            assert child.stdout
            for pause in ("0.2", "0.4", "0.8"):
                line = f"The function greeter has ended ({how}); it is started again in {pause} s.\n"
                self.assertEqual(child.stdout.readline().decode(), line)

    def test_sigterm_ends_the_function_too(self) -> None:
        child = self.start(f"{QUIET}; print(flush=True); import time; time.sleep(60)")
        assert child.stdout
        child.stdout.readline()
        child.terminate()
        child.wait(10)
        self.assertTrue(processes.wait_until(lambda: not sessions.family({child.pid}), 10))


class KilledCommands(WithFolder):
    def setUp(self) -> None:
        super().setUp()
        self.local, self.folder = self.folder, self.folder / "data"
        self.folder.mkdir()
        patch = mock.patch.object(clone, "LOCAL", self.local)
        patch.start()
        self.addCleanup(patch.stop)

    def killed(self) -> None:
        """Kills a command that has started a program and works in `self.folder`."""
        code = (
            "import clone, leftovers, os, pathlib, processes, signal, subprocess\n"
            f"clone.LOCAL = pathlib.Path({str(self.local)!r})\n"
            f"with leftovers.recorded(), leftovers.temporary(pathlib.Path({str(self.folder)!r})):\n"
            f"    child = processes.start({SLEEPER!r}, output=subprocess.DEVNULL)\n"
            "    print(child.pid, flush=True)\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        command = [sys.executable, "-c", code]
        printed = subprocess.run(command, cwd=clone.ROOT / "dev", stdout=subprocess.PIPE, check=False).stdout
        self.session = int(printed)
        self.addCleanup(sessions.stop, self.session, signal.SIGKILL, 5)
        self.assertTrue(sessions.family({self.session}) and self.folder.exists())

    def begin(self) -> None:
        with redirect_stdout(StringIO()), leftovers.recorded():
            pass

    def test_the_next_command_stops_the_programs_and_removes_the_folders(self) -> None:
        self.killed()
        self.begin()
        self.assertEqual(sessions.family({self.session}), [])
        self.assertFalse(self.folder.exists())
        self.assertEqual(list((self.local / "commands").iterdir()), [])

    def test_another_program_with_the_number_is_left_alone(self) -> None:
        self.killed()
        with mock.patch.object(sessions, "started_at", return_value="later"):
            self.begin()
        self.assertEqual(len(sessions.family({self.session})), 1)
        self.assertFalse(self.folder.exists())

    def test_a_running_command_keeps_its_programs_and_folders(self) -> None:
        with leftovers.recorded(), leftovers.temporary(self.folder):
            running = leftovers._record
            self.begin()
            self.assertTrue(self.folder.exists())
            assert running
            running.close()
            self.begin()
            self.assertFalse(self.folder.exists())


class StaleServers(WithFolder):
    def setUp(self) -> None:
        super().setUp()
        self.cluster = postgres.Cluster(self.folder, self.folder, None)
        self.cluster.data.mkdir()
        self.pid_file = self.cluster.data / "postmaster.pid"

    def server(self, *marks: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([*SLEEPER, *marks])
        # The system shows a command line only some moments after the program has begun.
        self.assertTrue(processes.wait_until(lambda: sessions.command_line(child.pid), 10))
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.pid_file.write_text(f"{child.pid}\n{self.cluster.data}\n")
        return child

    def test_the_file_of_a_running_server_stays(self) -> None:
        self.server("-D", str(self.cluster.data))
        self.cluster._remove_stale_pid_file()
        self.assertTrue(self.pid_file.exists())

    def test_a_file_that_names_another_program_is_removed(self) -> None:
        child = self.server()
        self.cluster._remove_stale_pid_file()
        self.assertIsNone(child.poll())
        self.assertFalse(self.pid_file.exists())


class Accounts(WithFolder):
    @unittest.skipUnless(os.geteuid() == 0, "only root can give a folder away")
    def test_a_folder_of_another_user_is_refused(self) -> None:
        nobody = pwd.getpwnam("nobody")
        with mock.patch.object(clone, "LOCAL", self.folder):
            home = clone.postgres_home(nobody)
            try:
                os.chown(home, 1234, 1234)
                with self.assertRaisesRegex(Failure, "does not belong to root"):
                    clone.postgres_home(nobody)
            finally:
                home.rmdir()


class Lines(unittest.TestCase):
    def test_durations_are_readable(self) -> None:
        self.assertEqual(seconds(0.42).strip(), "0.4 s")
        self.assertEqual(seconds(75), "1 min 15 s")

    def test_lines_without_news_are_noise(self) -> None:
        for line in ("", " INFO spawning", "    Finished `dev` profile", "\x1b[1m\x1b[32m   Running\x1b[0m x"):
            self.assertTrue(run.is_noise(line), line)
        for line in ('{"message":"request"}', "error[E0425]: cannot find value", "ERROR no such function"):
            self.assertFalse(run.is_noise(line), line)
