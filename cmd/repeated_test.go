package cmd

import "sync"

// repeated does something over and over, beside the test: until it says that it cannot go on, or until stop, which returns
// when the last time is over. It is done once at least.
func repeated(do func() (goOn bool)) (stop func()) {
	end := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for do() {
			select {
			case <-end:
				return
			default:
			}
		}
	})
	return func() { close(end); all.Wait() }
}
