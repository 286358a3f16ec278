// Command vcenter serves govmomi's vCenter simulator on a loopback address.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"

	_ "github.com/vmware/govmomi/lookup/simulator"
	_ "github.com/vmware/govmomi/pbm/simulator"
	_ "github.com/vmware/govmomi/sts/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
	_ "github.com/vmware/govmomi/vslm/simulator"
)

func main() {
	m := simulator.VPX()
	m.Host = 0
	flag.IntVar(&m.Cluster, "cluster", 1, "clusters")
	flag.IntVar(&m.ClusterHost, "cluster-host", 8, "hosts in each cluster")
	flag.IntVar(&m.Machine, "vm", 20, "virtual machines in each cluster")
	flag.IntVar(&m.Datastore, "datastore", 1, "datastores, each on every host")
	flag.IntVar(&m.DelayConfig.Delay, "delay", 0, "milliseconds that every call takes longer")
	listen := flag.String("listen", "127.0.0.1:8989", "address")
	user := flag.String("user", "user", "name to log in with")
	password := flag.String("password", "pass", "password to log in with")
	certFile := flag.String("cert-file", "", "write the server's certificate to this PEM file")
	clockAt := flag.String("clock", "", "what its clock says at the start, RFC 3339 (default: the machine's)")
	var sizes hostSizes
	flag.Var(&sizes, "host-sizes", "sizes of the first cluster's hosts, CORESxMHZxMB,… (default: the model's)")
	certExpired := flag.Bool("cert-expired", false, "serve a certificate whose notAfter is past")
	flag.BoolVar(&simulator.Trace, "trace", false, "write the SOAP traffic to standard error")
	flag.Parse()

	certificate, err := selfSigned(*certExpired)
	if err != nil {
		log.Fatal(err)
	}
	if *certFile != "" {
		if err := writePEM(*certFile, certificate); err != nil {
			log.Fatal(err)
		}
	}
	if err := m.Create(); err != nil {
		log.Fatal(err)
	}
	defer m.Remove()
	resizeHosts(m, sizes)
	actLikeVCenter(m)
	clock, err := newBedClock(*clockAt)
	if err != nil {
		log.Fatal(err)
	}
	tasks := manageScheduledTasks(m, clock)
	m.Map().AddHandler(taskEntities{tasks})
	serveClock(m, clock, tasks)

	m.Service.RegisterEndpoints = true
	m.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	m.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword(*user, *password)}
	server := m.Service.NewServer()
	defer server.Close()
	fmt.Println(server.URL.Redacted())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
}
