package userdb

// Key is the key that has to go with Bytes, for without it nothing is found in them.
func (l *DenyList) Key() DenyKey { return l.key }

// Bytes writes the whole list in the form of one chunk over the whole space, 20 bytes an entry and 29 beside.
func (l *DenyList) Bytes() []byte {
	whole := Chunk{entries: make([]denied, 0, l.Len())}
	for _, g := range l.groups {
		for i := range g.len() {
			whole.entries = append(whole.entries, g.at(i))
		}
	}
	return whole.bytes()
}

// ParseDenyList reads what Bytes wrote. A list that does not cover the whole space, or is damaged in any other way, is
// kv.ErrDamaged, and so is a missing key. Whether a key is that of the list, nobody can see: under another one nothing
// is denied, so both have to come from one hand.
func ParseDenyList(key DenyKey, data []byte) (*DenyList, error) {
	if key == (DenyKey{}) {
		return nil, damaged(denyPrefix, "there is no key to it")
	}
	whole, err := ParseChunk(Chunk{}.Name(), data)
	if err != nil {
		return nil, err
	}
	l := newDenyList(key)
	if l.groups, err = groupsOf([]Chunk{whole}); err != nil {
		return nil, err
	}
	return l, l.check()
}
