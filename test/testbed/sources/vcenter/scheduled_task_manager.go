package main

import (
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// longestName of an inventory object in vCenter.
const longestName = 80

// scheduledTaskManager does what vCenter documents for tasks that run once and
// call a method (vSphere Web Services API, ScheduledTaskManager and
// ScheduledTask); the simulator has none.
type scheduledTaskManager struct {
	mo.ScheduledTaskManager

	model *simulator.Model
	clock *bedClock

	// one run at a time; the list itself is guarded by the manager's lock
	running sync.Mutex
	made    int
}

func manageScheduledTasks(m *simulator.Model, clock *bedClock) *scheduledTaskManager {
	tasks := &scheduledTaskManager{model: m, clock: clock}
	tasks.Self = *m.ServiceContent.ScheduledTaskManager
	m.Map().Put(tasks)
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			tasks.runDue()
		}
	}()
	return tasks
}

// context of an actor of its own: the simulator's locks are held by contexts.
func (s *scheduledTaskManager) context() *simulator.Context {
	ctx := *s.model.Service.Context
	return &ctx
}

func (s *scheduledTaskManager) all(ctx *simulator.Context) []*scheduledTask {
	list := []*scheduledTask{}
	for _, ref := range s.ScheduledTask {
		if task, ok := ctx.Map.Get(ref).(*scheduledTask); ok {
			list = append(list, task)
		}
	}
	return list
}

// fault is what vCenter holds against a task of this name and form.
func (s *scheduledTaskManager) fault(ctx *simulator.Context, spec *types.ScheduledTaskSpec, own *scheduledTask) types.BaseMethodFault {
	if spec.Name == "" || len(spec.Name) > longestName {
		return &types.InvalidName{Name: spec.Name}
	}
	for _, task := range s.all(ctx) {
		if task != own && task.Info.Name == spec.Name {
			return &types.DuplicateName{Name: spec.Name, Object: task.Self}
		}
	}
	if _, ok := spec.Action.(*types.MethodAction); !ok {
		return &types.InvalidArgument{InvalidProperty: "spec.action"}
	}
	once, ok := spec.Scheduler.(*types.OnceTaskScheduler)
	if !ok || (once.RunAt != nil && !once.RunAt.After(s.clock.now())) {
		return &types.InvalidArgument{InvalidProperty: "spec.scheduler"}
	}
	return nil
}

func (s *scheduledTaskManager) create(ctx *simulator.Context, entity types.ManagedObjectReference, spec types.ScheduledTaskSpec) (*types.ManagedObjectReference, types.BaseMethodFault) {
	if ctx.Map.Get(entity) == nil {
		return nil, &types.ManagedObjectNotFound{Obj: entity}
	}
	if fault := s.fault(ctx, &spec, nil); fault != nil {
		return nil, fault
	}
	task := &scheduledTask{manager: s}
	s.made++
	task.Self = types.ManagedObjectReference{Type: "ScheduledTask", Value: fmt.Sprintf("schedule-%d", s.made)}
	task.Info.ScheduledTask = task.Self
	task.Info.Entity = entity
	task.Info.TaskObject = &entity
	task.Info.State = types.TaskInfoStateQueued
	task.set(ctx, spec)
	ctx.Map.Put(task)
	s.ScheduledTask = append(s.ScheduledTask, task.Self)
	return &task.Self, nil
}

func (s *scheduledTaskManager) CreateScheduledTask(ctx *simulator.Context, req *types.CreateScheduledTask) soap.HasFault {
	body := &methods.CreateScheduledTaskBody{}
	ref, fault := s.create(ctx, req.Entity, *req.Spec.GetScheduledTaskSpec())
	if fault != nil {
		body.Fault_ = simulator.Fault("", fault)
		return body
	}
	body.Res = &types.CreateScheduledTaskResponse{Returnval: *ref}
	return body
}

func (s *scheduledTaskManager) CreateObjectScheduledTask(ctx *simulator.Context, req *types.CreateObjectScheduledTask) soap.HasFault {
	body := &methods.CreateObjectScheduledTaskBody{}
	ref, fault := s.create(ctx, req.Obj, *req.Spec.GetScheduledTaskSpec())
	if fault != nil {
		body.Fault_ = simulator.Fault("", fault)
		return body
	}
	body.Res = &types.CreateObjectScheduledTaskResponse{Returnval: *ref}
	return body
}

func (s *scheduledTaskManager) of(ctx *simulator.Context, entity *types.ManagedObjectReference) []types.ManagedObjectReference {
	list := []types.ManagedObjectReference{}
	for _, task := range s.all(ctx) {
		if entity == nil || task.Info.Entity == *entity {
			list = append(list, task.Self)
		}
	}
	return list
}

func (s *scheduledTaskManager) RetrieveEntityScheduledTask(ctx *simulator.Context, req *types.RetrieveEntityScheduledTask) soap.HasFault {
	return &methods.RetrieveEntityScheduledTaskBody{
		Res: &types.RetrieveEntityScheduledTaskResponse{Returnval: s.of(ctx, req.Entity)},
	}
}

func (s *scheduledTaskManager) RetrieveObjectScheduledTask(ctx *simulator.Context, req *types.RetrieveObjectScheduledTask) soap.HasFault {
	return &methods.RetrieveObjectScheduledTaskBody{
		Res: &types.RetrieveObjectScheduledTaskResponse{Returnval: s.of(ctx, req.Obj)},
	}
}

// runDue runs, one after the other, the enabled tasks whose time has come by
// the bed's clock; vCenter begins them at their times.
func (s *scheduledTaskManager) runDue() {
	s.running.Lock()
	defer s.running.Unlock()
	ctx := s.context()
	var due []*scheduledTask
	ctx.Map.WithLock(ctx, s, func() {
		for _, task := range s.all(ctx) {
			if next := task.Info.NextRunTime; next != nil && !next.After(s.clock.now()) {
				due = append(due, task)
			}
		}
	})
	sort.SliceStable(due, func(i, j int) bool { return due[i].Info.NextRunTime.Before(*due[j].Info.NextRunTime) })
	for _, task := range due {
		task.run(*task.Info.NextRunTime)
	}
}
