package cmd

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// An untilEnded is a context that ends when the process is told to end, be it by Ctrl-C. To catch signals takes the runtime
// as long as many a command takes in all, so it begins when somebody is about to wait for that end. Until then the system
// ends the process at once.
type untilEnded struct {
	context.Context
	catch func()
}

// Done is that of the context, which signals end from now on.
func (u untilEnded) Done() <-chan struct{} {
	u.catch()
	return u.Context.Done()
}

func untilSignal() context.Context {
	ctx, end := context.WithCancelCause(context.Background())
	return untilEnded{ctx, sync.OnceFunc(func() {
		told, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
		context.AfterFunc(told, func() { end(context.Cause(told)) })
	})}
}
