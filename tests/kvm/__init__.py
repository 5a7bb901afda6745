# SPDX-License-Identifier: Apache-2.0
"""Tests that need KVM, and where they can run: here, or in the lab."""
