"""A hook of schemathesis: no body that is not UTF-8. `cargo lambda` answers such a body itself, with a 500."""

from typing import Any

import schemathesis


@schemathesis.hook  # type: ignore[untyped-decorator]
def filter_case(_context: Any, case: Any) -> bool:
    """Whether a generated case is sent."""
    if isinstance(case.body, bytes):
        try:
            case.body.decode()
        except UnicodeDecodeError:
            return False
    return True
