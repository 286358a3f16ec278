package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// bedClock is the vCenter's clock: the machine's, set at the start and put
// forward as tests ask.
type bedClock struct {
	mutex sync.Mutex
	ahead time.Duration
}

// newBedClock says `at` (RFC 3339) now, or the machine's time where it is empty.
func newBedClock(at string) (*bedClock, error) {
	if at == "" {
		return &bedClock{}, nil
	}
	start, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return nil, err
	}
	return &bedClock{ahead: time.Until(start)}, nil
}

func (c *bedClock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *bedClock) advance(by time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.ahead += by
}

// clockedInstance answers CurrentTime by the bed's clock.
type clockedInstance struct {
	self  types.ManagedObjectReference
	clock *bedClock
}

func (i clockedInstance) Reference() types.ManagedObjectReference { return i.self }

func (i clockedInstance) CurrentTime(*types.CurrentTime) soap.HasFault {
	return &methods.CurrentTimeBody{Res: &types.CurrentTimeResponse{Returnval: i.clock.now()}}
}

// serveClock lets tests put the clock forward, POST /testbed/clock?advance=90m:
// answered when the scheduled tasks that are due by then have run.
func serveClock(m *simulator.Model, clock *bedClock, tasks *scheduledTaskManager) {
	next := m.Map().Handler
	m.Map().Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		if method.Name == "CurrentTime" {
			return clockedInstance{method.This, clock}, nil
		}
		if next != nil {
			return next(ctx, method)
		}
		return nil, nil
	}
	m.Service.HandleFunc("/testbed/clock", func(w http.ResponseWriter, r *http.Request) {
		by, err := time.ParseDuration(r.URL.Query().Get("advance"))
		if r.Method != http.MethodPost || err != nil || by < 0 {
			http.Error(w, "POST ?advance=DURATION", http.StatusBadRequest)
			return
		}
		clock.advance(by)
		tasks.runDue()
		fmt.Fprintln(w, clock.now().UTC().Format(time.RFC3339))
	})
}
