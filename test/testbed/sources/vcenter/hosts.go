package main

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// hostSizes are the cores, MHz of each core and memory in MB of the hosts, in
// the order in which they were made: "16x2600x196608,…".
type hostSizes []hostSize

type hostSize struct {
	cores    int16
	mhz      int32
	memoryMB int64
}

func (s *hostSizes) String() string { return fmt.Sprint(*s) }

func (s *hostSizes) Set(value string) error {
	for _, each := range strings.Split(value, ",") {
		var size hostSize
		if _, err := fmt.Sscanf(each, "%dx%dx%d", &size.cores, &size.mhz, &size.memoryMB); err != nil {
			return fmt.Errorf("%q is not CORESxMHZxMB: %w", each, err)
		}
		*s = append(*s, size)
	}
	return nil
}

// resizeHosts gives the hosts these sizes in place of the model's; hosts beyond
// the last size keep theirs.
func resizeHosts(m *simulator.Model, sizes hostSizes) {
	// In the order of their making: their names count up.
	byName := map[string]*simulator.HostSystem{}
	for _, e := range m.Map().All("HostSystem") {
		host := m.Map().Get(e.Reference()).(*simulator.HostSystem)
		byName[host.Name] = host
	}
	for i, size := range sizes {
		host, ok := byName[fmt.Sprintf("DC0_C0_H%d", i)]
		if !ok {
			continue
		}
		bytes := size.memoryMB << 20
		// Hosts of a model share these.
		summary, hardware := *host.Summary.Hardware, *host.Hardware
		summary.NumCpuCores, summary.NumCpuThreads, summary.CpuMhz = size.cores, 2*size.cores, size.mhz
		summary.MemorySize = bytes
		hardware.CpuInfo = types.HostCpuInfo{
			NumCpuPackages: hardware.CpuInfo.NumCpuPackages,
			NumCpuCores:    size.cores,
			NumCpuThreads:  2 * size.cores,
			Hz:             int64(size.mhz) * 1_000_000,
		}
		hardware.MemorySize = bytes
		host.Summary.Hardware, host.Hardware = &summary, &hardware
	}
}
