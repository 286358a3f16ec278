package main

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// resources are what a pool hands out: CPU in MHz, memory in MB.
type resources struct{ cpu, memory int64 }

// admitReservations refuses what vCenter's admission control refuses and the
// simulator lets pass: a resource pool, or a virtual machine to be powered on,
// whose reservation is above what its pool has unreserved (vSphere Web Services
// API: CreateResourcePool, UpdateConfig, PowerOnVM_Task; "Resource Pool
// Admission Control" in vSphere Resource Management). What HA sets aside and
// the memory overhead of virtual machines are not reckoned with.
func admitReservations(m *simulator.Model) {
	next := m.Map().Handler
	m.Map().Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		switch req := method.Body.(type) {
		case *types.CreateResourcePool:
			if fault := insufficient(reserved(&req.Spec), unreserved(ctx, method.This)); fault != nil {
				return nil, fault
			}
		case *types.UpdateConfig:
			if fault := growing(ctx, method.This, req.Config); fault != nil {
				return nil, fault
			}
		case *types.PowerOnVM_Task:
			vm, ok := ctx.Map.Get(method.This).(*simulator.VirtualMachine)
			if ok && vm.ResourcePool != nil {
				if fault := insufficient(reservedBy(vm), unreserved(ctx, *vm.ResourcePool)); fault != nil {
					return &notAdmitted{vm, fault}, nil
				}
			}
		}
		if next != nil {
			return next(ctx, method)
		}
		return nil, nil
	}
}

// notAdmitted answers for a virtual machine that can't be powered on: the task
// begins, and fails.
type notAdmitted struct {
	*simulator.VirtualMachine
	fault types.BaseMethodFault
}

func (n *notAdmitted) PowerOnVMTask(ctx *simulator.Context, _ *types.PowerOnVM_Task) soap.HasFault {
	task := simulator.CreateTask(n.VirtualMachine, "powerOn", func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		return nil, n.fault
	})
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{Returnval: task.Run(ctx)}}
}

func insufficient(wanted, left resources) types.BaseMethodFault {
	if wanted.cpu > left.cpu {
		return &types.InsufficientCpuResourcesFault{Requested: wanted.cpu, Unreserved: left.cpu}
	}
	if wanted.memory > left.memory {
		return &types.InsufficientMemoryResourcesFault{Requested: wanted.memory << 20, Unreserved: left.memory << 20}
	}
	return nil
}

// growing is the fault of a pool whose new reservation its parent can't give.
func growing(ctx *simulator.Context, ref types.ManagedObjectReference, spec *types.ResourceConfigSpec) types.BaseMethodFault {
	pool := poolOf(ctx, ref)
	if pool == nil || spec == nil || isRoot(pool) {
		return nil
	}
	now := held(ctx, pool)
	left := unreserved(ctx, *pool.Parent)
	wanted := reserved(spec)
	if spec.CpuAllocation.Reservation == nil {
		wanted.cpu = now.cpu
	}
	if spec.MemoryAllocation.Reservation == nil {
		wanted.memory = now.memory
	}
	return insufficient(wanted, resources{left.cpu + now.cpu, left.memory + now.memory})
}

// unreserved is what a pool can still give to a child. A pool whose reservation
// is expandable takes the rest from its parent.
func unreserved(ctx *simulator.Context, ref types.ManagedObjectReference) resources {
	pool := poolOf(ctx, ref)
	if pool == nil {
		return resources{}
	}
	used := given(ctx, pool)
	if isRoot(pool) {
		all := capacity(ctx, pool)
		return resources{all.cpu - used.cpu, all.memory - used.memory}
	}
	own := reserved(&pool.Config)
	left := resources{max(0, own.cpu-used.cpu), max(0, own.memory-used.memory)}
	above := unreserved(ctx, *pool.Parent)
	if expandable(pool.Config.CpuAllocation) {
		left.cpu += above.cpu
	}
	if expandable(pool.Config.MemoryAllocation) {
		left.memory += above.memory
	}
	return left
}

// held is what a pool takes from its parent: its reservation, or more where its
// children have expanded it.
func held(ctx *simulator.Context, pool *mo.ResourcePool) resources {
	own, used := reserved(&pool.Config), given(ctx, pool)
	return resources{max(own.cpu, used.cpu), max(own.memory, used.memory)}
}

// given is what the children of a pool, pools and running virtual machines, have.
func given(ctx *simulator.Context, pool *mo.ResourcePool) resources {
	var sum resources
	for _, ref := range pool.ResourcePool {
		if child := poolOf(ctx, ref); child != nil {
			has := held(ctx, child)
			sum = resources{sum.cpu + has.cpu, sum.memory + has.memory}
		}
	}
	for _, ref := range pool.Vm {
		vm, ok := ctx.Map.Get(ref).(*simulator.VirtualMachine)
		if ok && vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			has := reservedBy(vm)
			sum = resources{sum.cpu + has.cpu, sum.memory + has.memory}
		}
	}
	return sum
}

// capacity of the hosts that a root pool stands for.
func capacity(ctx *simulator.Context, pool *mo.ResourcePool) resources {
	var hosts []types.ManagedObjectReference
	switch owner := ctx.Map.Get(pool.Owner).(type) {
	case *simulator.ClusterComputeResource:
		hosts = owner.Host
	case *mo.ComputeResource:
		hosts = owner.Host
	}
	var sum resources
	for _, ref := range hosts {
		if host, ok := ctx.Map.Get(ref).(*simulator.HostSystem); ok && !host.Runtime.InMaintenanceMode {
			hardware := host.Summary.Hardware
			sum.cpu += int64(hardware.CpuMhz) * int64(hardware.NumCpuCores)
			sum.memory += hardware.MemorySize >> 20
		}
	}
	return sum
}

func poolOf(ctx *simulator.Context, ref types.ManagedObjectReference) *mo.ResourcePool {
	switch pool := ctx.Map.Get(ref).(type) {
	case *simulator.ResourcePool:
		return &pool.ResourcePool
	case *simulator.VirtualApp:
		return &pool.ResourcePool
	}
	return nil
}

func isRoot(pool *mo.ResourcePool) bool {
	return pool.Parent == nil || strings.HasSuffix(pool.Parent.Type, "ComputeResource")
}

func reserved(spec *types.ResourceConfigSpec) resources {
	return resources{amount(&spec.CpuAllocation), amount(&spec.MemoryAllocation)}
}

func reservedBy(vm *simulator.VirtualMachine) resources {
	if vm.Config == nil {
		return resources{}
	}
	return resources{amount(vm.Config.CpuAllocation), amount(vm.Config.MemoryAllocation)}
}

func amount(allocation *types.ResourceAllocationInfo) int64 {
	if allocation == nil || allocation.Reservation == nil {
		return 0
	}
	return *allocation.Reservation
}

func expandable(allocation types.ResourceAllocationInfo) bool {
	return allocation.ExpandableReservation != nil && *allocation.ExpandableReservation
}
