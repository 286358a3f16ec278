package main

import (
	"context"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type scheduledTask struct {
	mo.ScheduledTask

	manager *scheduledTaskManager
}

func (t *scheduledTask) set(ctx *simulator.Context, spec types.ScheduledTaskSpec) {
	t.Info.ScheduledTaskSpec = spec
	t.Info.LastModifiedTime = t.manager.clock.now()
	if ctx.Session != nil {
		t.Info.LastModifiedUser = ctx.Session.UserName
	}
	t.Info.NextRunTime = nil
	if once, ok := spec.Scheduler.(*types.OnceTaskScheduler); ok && spec.Enabled {
		at := t.manager.clock.now()
		if once.RunAt != nil {
			at = *once.RunAt
		}
		t.Info.NextRunTime = &at
	}
}

func (t *scheduledTask) isRunning() bool { return t.Info.State == types.TaskInfoStateRunning }

func (t *scheduledTask) ReconfigureScheduledTask(ctx *simulator.Context, req *types.ReconfigureScheduledTask) soap.HasFault {
	body := &methods.ReconfigureScheduledTaskBody{}
	spec := *req.Spec.GetScheduledTaskSpec()
	fault := t.manager.fault(ctx, &spec, t)
	if t.isRunning() {
		fault = &types.InvalidState{}
	}
	if fault != nil {
		body.Fault_ = simulator.Fault("", fault)
		return body
	}
	t.set(ctx, spec)
	body.Res = &types.ReconfigureScheduledTaskResponse{}
	return body
}

func (t *scheduledTask) RemoveScheduledTask(ctx *simulator.Context, _ *types.RemoveScheduledTask) soap.HasFault {
	body := &methods.RemoveScheduledTaskBody{}
	if t.isRunning() {
		body.Fault_ = simulator.Fault("", &types.InvalidState{})
		return body
	}
	ctx.WithLock(t.manager, func() { simulator.RemoveReference(&t.manager.ScheduledTask, t.Self) })
	ctx.Map.Remove(ctx, t.Self)
	body.Res = &types.RemoveScheduledTaskResponse{}
	return body
}

func (t *scheduledTask) RunScheduledTask(_ *simulator.Context, _ *types.RunScheduledTask) soap.HasFault {
	body := &methods.RunScheduledTaskBody{}
	if t.isRunning() {
		body.Fault_ = simulator.Fault("", &types.InvalidState{})
		return body
	}
	go t.run(t.manager.clock.now())
	body.Res = &types.RunScheduledTaskResponse{}
	return body
}

// update changes the info as an actor of its own.
func (t *scheduledTask) update(change func(*types.ScheduledTaskInfo)) {
	ctx := t.manager.context()
	ctx.Map.WithLock(ctx, t, func() { change(&t.Info) })
}

// run calls the method and waits for its task to end. A task that runs once
// stays in the list, with what became of it.
func (t *scheduledTask) run(at time.Time) {
	t.update(func(info *types.ScheduledTaskInfo) {
		info.State = types.TaskInfoStateRunning
		info.NextRunTime, info.PrevRunTime, info.Error = nil, &at, nil
	})
	fault := t.call()
	t.update(func(info *types.ScheduledTaskInfo) {
		info.State, info.Error, info.ActiveTask = types.TaskInfoStateSuccess, fault, nil
		if fault != nil {
			info.State = types.TaskInfoStateError
		}
	})
}

// call invokes the action's method on the entity, as a client would.
func (t *scheduledTask) call() *types.LocalizedMethodFault {
	action := t.Info.Action.(*types.MethodAction)
	arguments := make([]any, 4)
	for i, argument := range action.Argument {
		if i < len(arguments) {
			arguments[i] = argument.Value
		}
	}
	body := &methods.RelocateVM_TaskBody{Req: &types.RelocateVM_Task{This: t.Info.Entity}}
	switch action.Name {
	case "RelocateVM_Task":
		spec, ok := arguments[0].(types.VirtualMachineRelocateSpec)
		if !ok {
			return localized(&types.InvalidArgument{InvalidProperty: "spec"})
		}
		body.Req.Spec = spec
		body.Req.Priority, _ = arguments[1].(types.VirtualMachineMovePriority)
	case "MigrateVM_Task":
		// Since vSphere 7.0 the same as a relocation to the pool and the host.
		if pool, ok := arguments[0].(types.ManagedObjectReference); ok {
			body.Req.Spec.Pool = &pool
		}
		if host, ok := arguments[1].(types.ManagedObjectReference); ok {
			body.Req.Spec.Host = &host
		}
		body.Req.Priority, _ = arguments[2].(types.VirtualMachineMovePriority)
	default:
		return localized(&types.MethodNotFound{Receiver: t.Info.Entity, Method: action.Name})
	}
	if fault := t.refused(body.Req.Spec.Host); fault != nil {
		return localized(fault)
	}
	res := &methods.RelocateVM_TaskBody{}
	if err := t.manager.model.Service.RoundTrip(context.Background(), body, res); err != nil {
		if soap.IsSoapFault(err) {
			if fault, ok := soap.ToSoapFault(err).VimFault().(types.BaseMethodFault); ok {
				return localized(fault)
			}
		}
		return localized(&types.SystemError{Reason: err.Error()})
	}
	ref := res.Res.Returnval
	t.update(func(info *types.ScheduledTaskInfo) { info.ActiveTask = &ref })
	task := t.manager.model.Map().Get(ref).(*simulator.Task)
	task.Wait()
	return task.Info.Error
}

// refused is what vCenter holds against a destination, and the simulator doesn't.
func (t *scheduledTask) refused(ref *types.ManagedObjectReference) types.BaseMethodFault {
	if ref == nil {
		return nil
	}
	host, ok := t.manager.model.Map().Get(*ref).(*simulator.HostSystem)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: *ref}
	}
	if host.Runtime.InMaintenanceMode {
		return &types.InvalidState{}
	}
	return nil
}

func localized(fault types.BaseMethodFault) *types.LocalizedMethodFault {
	return &types.LocalizedMethodFault{Fault: fault, LocalizedMessage: "the scheduled task could not be begun"}
}

// taskEntities takes away the scheduled tasks of what is removed, as vCenter does.
type taskEntities struct{ manager *scheduledTaskManager }

func (taskEntities) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "ScheduledTaskEntities", Value: "scheduled-task-entities"}
}

func (taskEntities) PutObject(*simulator.Context, mo.Reference) {}

func (taskEntities) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}

func (h taskEntities) RemoveObject(ctx *simulator.Context, item types.ManagedObjectReference) {
	if item.Type != "VirtualMachine" {
		return
	}
	for _, task := range h.manager.all(ctx) {
		if task.Info.Entity == item {
			ref := task.Self
			ctx.WithLock(h.manager, func() { simulator.RemoveReference(&h.manager.ScheduledTask, ref) })
			go ctx.Map.Remove(ctx, ref)
		}
	}
}
