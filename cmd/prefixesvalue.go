package cmd

import (
	"errors"
	"net/netip"
)

// prefixesValue is a flag for networks, and for single addresses, that may be given several times.
type prefixesValue struct{ to *[]netip.Prefix }

func (v prefixesValue) String() string { return "" }
func (v prefixesValue) Type() string   { return "CIDR" }

func (v prefixesValue) Set(s string) error {
	if a, err := netip.ParseAddr(s); err == nil {
		*v.to = append(*v.to, netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return errors.New("no network such as 10.0.0.0/8")
	}
	*v.to = append(*v.to, p.Masked())
	return nil
}
