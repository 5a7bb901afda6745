# SPDX-License-Identifier: Apache-2.0
"""An emulated machine with cgroup v2 and KVM, for hosts that have neither: see README.md."""
