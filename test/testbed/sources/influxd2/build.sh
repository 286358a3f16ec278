#!/usr/bin/env bash
# InfluxDB 2 without its web interface, into folder $1.
set -euo pipefail
export GOFLAGS="-mod=mod -buildvcs=false"
# It links Flux's Rust library, which InfluxData's pkg-config builds with cargo.
tools=$PWD/tools
mkdir "$tools"
(cd pkg-config && CGO_ENABLED=0 go build -trimpath -o "$tools/pkg-config" github.com/influxdata/pkg-config)
# The library denies warnings that newer compilers give.
printf '#!/bin/sh\nexec "$@" --cap-lints allow\n' > "$tools/rustc-allow"
chmod +x "$tools/rustc-allow"
# Flux names a toolchain of its own; use the one that is here.
if command -v rustup > /dev/null; then
  RUSTUP_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
  export RUSTUP_TOOLCHAIN
fi
PATH=$tools:$PATH PKG_CONFIG=$tools/pkg-config RUSTC_WRAPPER=$tools/rustc-allow CGO_ENABLED=1 \
  go build -trimpath -tags sqlite_json,sqlite_foreign_keys -o "$1/influxd2" github.com/influxdata/influxdb/v2/cmd/influxd
