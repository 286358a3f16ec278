#!/usr/bin/env bash
# The vCenter simulator, into folder $1.
set -euo pipefail
export GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0
go build -trimpath -o "$1/vcenter" .
