package audit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// longestRow is more than the longest line of an export, with 33 texts of 256 bytes, all escaped.
const longestRow = 1 << 18

// rows hands over each line, without its end, and returns what was said of the last one. Without a line end, or too
// long, it is handed over as nil.
func rows(from io.Reader, each func(row int, text []byte) bool) (last bool, err error) {
	r := bufio.NewReaderSize(from, longestRow)
	for row := 1; ; row++ {
		text, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(text) == 0:
			return last, nil
		case errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
			text = nil
		case err != nil:
			return false, err
		}
		last = each(row, bytes.TrimSuffix(text, []byte("\n")))
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
	}
}
