//go:build tools

// Package tools pins Telegraf; build it with the tags in build.sh, which
// leave out every plugin but the vSphere input and the InfluxDB outputs.
package tools

import _ "github.com/influxdata/telegraf/cmd/telegraf"
