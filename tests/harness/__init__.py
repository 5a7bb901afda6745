# SPDX-License-Identifier: Apache-2.0
"""What tests/run is made of: tap and program (one test program), report (the sum), box and leaks (nothing is left behind), suites (what there is to run)."""
