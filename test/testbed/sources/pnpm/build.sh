#!/usr/bin/env bash
# pnpm, into folder $1.
set -euo pipefail
npm install --prefix "$1" --no-save --no-audit --no-fund --silent pnpm@10.34.9
