package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
)

// readAll reads what there is up to a limit, and one byte more where there is more: streams may have no end.
func readAll(ctx context.Context, r io.Reader, limit int) ([]byte, error) {
	return interruptible(ctx, func() ([]byte, error) { return readUpTo(r, limit) })
}

func readUpTo(r io.Reader, limit int) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, int64(limit)+1))
}

// readOpened is readAll of a file, of which info is known. Only what is no regular file can keep who reads it waiting.
func readOpened(ctx context.Context, f *os.File, info os.FileInfo, limit int) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return readAll(ctx, f, limit)
	}
	return readUpTo(f, limit)
}

// stdin reads standard input for one purpose.
func (e *env) stdin(ctx context.Context, limit int) ([]byte, error) {
	if err := e.takeStdin(ctx); err != nil {
		return nil, err
	}
	return readAll(ctx, e.in, limit)
}

// takeStdin takes standard input for one purpose; a second one would find nothing there.
func (e *env) takeStdin(ctx context.Context) error {
	if e.inTaken {
		return usagef("give one of them as a file", "two inputs are to be read from stdin")
	}
	e.inTaken = true
	if e.term.in {
		ctx.Done() // signals are caught before anybody is told to type: see untilEnded
		e.note("reading what you type; end with Ctrl-D")
	}
	return nil
}

// open opens a named file, or stdin for "-". Opening blocks too, where the file is a pipe that nobody writes to.
func (e *env) open(ctx context.Context, name string) (io.ReadCloser, error) {
	if name != "-" {
		if err := notTheKey(name); err != nil {
			return nil, err
		}
		return openNamed(ctx, name)
	}
	if err := e.takeStdin(ctx); err != nil {
		return nil, err
	}
	return io.NopCloser(e.in), nil
}

// openNamed opens a file. To open a pipe waits for who writes to it.
func openNamed(ctx context.Context, name string) (*os.File, error) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		return os.Open(name)
	}
	return interruptible(ctx, func() (*os.File, error) { return os.Open(name) })
}

// readFile reads a named file, or stdin for "-". It also says what kind of file that was.
func (e *env) readFile(ctx context.Context, name string, limit int) ([]byte, os.FileInfo, error) {
	if name == "-" {
		data, err := e.stdin(ctx, limit)
		return data, nil, err
	}
	if err := notTheKey(name); err != nil {
		return nil, nil, err
	}
	f, err := openNamed(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat() // of what was opened, not of what the name may mean by now
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return nil, nil, fmt.Errorf("%q is a directory", name)
	}
	data, err := readOpened(ctx, f, info, limit)
	return data, info, err
}

// trimmed is a text without white space around it, and without the byte order mark that some editors put first.
func trimmed(data []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))) }
