#!/usr/bin/env bash
# The Terraform vSphere provider as a program of its own, into folder $1.
set -euo pipefail
export GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0
go build -trimpath -o "$1/terraform-provider-vsphere" github.com/hashicorp/terraform-provider-vsphere
