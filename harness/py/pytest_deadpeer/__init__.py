# SPDX-License-Identifier: MIT
"""pytest for deadpeer: every scenario file is a test file, every method in it a test.

    pytest -p pytest_deadpeer scenarios/ --deadpeer-engine=virtual

All scenarios run in one `deadpeer run`, as many labs at a time as it likes; a test waits for its own
records. A test passes when every one of its trials did, is skipped where the machine cannot run it,
and fails in deadpeer's own words. With --deadpeer-baseline it also fails where `deadpeer check` says
that it regressed. Tests in Python get the fixture `deadpeer`, which runs a scenario and returns its
records.
"""

from pytest_deadpeer.collect import pytest_collect_file
from pytest_deadpeer.fixture import deadpeer
from pytest_deadpeer.options import pytest_addoption, pytest_configure, pytest_report_header
from pytest_deadpeer.runner import pytest_collection_finish, pytest_unconfigure

__all__ = [
    "deadpeer", "pytest_addoption", "pytest_collect_file", "pytest_collection_finish",
    "pytest_configure", "pytest_report_header", "pytest_unconfigure",
]
