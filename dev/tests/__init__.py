import tempfile
import unittest
from pathlib import Path


class WithFolder(unittest.TestCase):
    """Tests with a temporary folder."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
