#!/usr/bin/env bash
# Telegraf with the vSphere input and the InfluxDB and file outputs alone, into folder $1.
set -euo pipefail
export GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0
go build -trimpath -o "$1/telegraf" \
  -tags custom,inputs.vsphere,outputs.influxdb,outputs.influxdb_v2,outputs.file,serializers.influx \
  github.com/influxdata/telegraf/cmd/telegraf
