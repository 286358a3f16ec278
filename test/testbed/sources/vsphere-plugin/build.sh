#!/usr/bin/env bash
# The bridged vSphere provider, its schema, and its Node.js SDK in sdk-vsphere/, into folder $1.
set -euo pipefail
export GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0
plugin=$1/pulumi-resource-vsphere
go build -trimpath -o "$plugin" .

# A home of its own: the generator leaves files in Pulumi's.
PULUMI_HOME=$(mktemp -d)
export PULUMI_HOME PULUMI_SKIP_UPDATE_CHECK=true
trap 'rm -rf "$PULUMI_HOME"' EXIT
"$plugin" schema --out schema --skip-docs --skip-examples
mv schema/schema.json "$plugin.schema.json"

"$plugin" nodejs --out sdk --skip-docs --skip-examples
cd sdk
sed -i 's/\${VERSION}/4.0.0/' package.json
npm install --ignore-scripts --no-audit --no-fund --silent
npx tsc --outDir "$1/sdk-vsphere" || true # it emits; its type errors are in the generated types alone
cp package.json "$1/sdk-vsphere/"
test -f "$1/sdk-vsphere/index.js"
