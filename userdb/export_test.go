package userdb

import "encoding/binary"

// WithSum puts the right check sum in the place of the last four bytes.
func WithSum(value []byte) []byte {
	value = value[:max(len(value)-sumSize, 0)]
	return binary.BigEndian.AppendUint32(value[:len(value):len(value)], castagnoli(value))
}
