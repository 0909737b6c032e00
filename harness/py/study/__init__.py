# SPDX-License-Identifier: MIT
"""The study: runs the catalogue in virtual time and writes results/STUDY.md from its records.

`make study` runs and renders, `make study-render` only renders what is committed. All that is
written depends on the records and the template alone: not on the clock, the machine or the commit.
"""
