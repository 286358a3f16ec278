#!/usr/bin/env bash
# The Pulumi CLI with its Node.js language host and the launchers of dynamic
# providers and policy packs, into folder $1.
set -euo pipefail
export GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0
(cd cli && go build -trimpath -o "$1/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi)
(cd language-nodejs && go build -trimpath -o "$1/pulumi-language-nodejs" \
  github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs)
# The launchers are scripts inside the SDK's module.
launchers=$(cd cli && go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)/nodejs/dist
install -m 755 "$launchers/pulumi-resource-pulumi-nodejs" "$launchers/pulumi-analyzer-policy" "$1"
