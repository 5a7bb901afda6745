# SPDX-License-Identifier: Apache-2.0
# A Nomad client whose Docker tasks may name cloche as their runtime. Docker's daemon.json has it by the same name:
#
#	{"runtimes": {"cloche": {"path": "/usr/bin/cloche"}, "cloche-microvm": {"path": "/usr/bin/cloche-microvm"}}}
client {
  enabled = true
}

plugin "docker" {
  config {
    allow_runtimes = ["runc", "cloche", "cloche-microvm"]
  }
}
