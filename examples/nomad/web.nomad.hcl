# SPDX-License-Identifier: Apache-2.0
# nomad job run web.nomad.hcl: a web server behind cloche's namespaces. The client is that of client.hcl.
job "web" {
  datacenters = ["dc1"]
  type        = "service"

  group "web" {
    count = 2

    network {
      port "http" {
        to = 8080
      }
    }

    task "httpd" {
      driver = "docker"

      config {
        image           = "busybox:stable"
        runtime         = "cloche"
        command         = "httpd"
        args            = ["-f", "-v", "-h", "/www", "-p", "8080"]
        ports           = ["http"]
        readonly_rootfs = true
        cap_drop        = ["all"]
        pids_limit      = 16
      }

      user = "nobody"

      resources {
        cpu    = 100
        memory = 32
      }
    }
  }
}
