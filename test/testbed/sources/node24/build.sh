#!/usr/bin/env bash
# The node program of Node.js 24 alone, as npm has it, into folder $1.
set -euo pipefail
platform=$(node -p 'process.platform + "-" + process.arch')
npm install --prefix . --no-save --no-audit --no-fund --silent "node-$platform@24.21.0"
install -m 755 "node_modules/node-$platform/bin/node" "$1/node"
