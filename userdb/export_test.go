package userdb

import (
	"encoding/binary"
	"hash/crc32"
)

// WithSum puts the right check sum in the place of the last four bytes.
func WithSum(value []byte) []byte {
	value = value[:max(len(value)-sumSize, 0)]
	return binary.BigEndian.AppendUint32(value[:len(value):len(value)], crc32.ChecksumIEEE(value))
}
