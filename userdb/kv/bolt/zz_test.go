package bolt
import ("testing";"os";"math/rand/v2";"time";"path/filepath";"jotkit/userdb/kv";"fmt")
func TestZZ(t *testing.T){
	path := filepath.Join(t.TempDir(), "store")
	Create(t.Context(), path, Options{}, func(tx kv.Tx) error { for _, n := range []string{"deny/1","keys","user/ada"} { tx.Put(n, make([]byte,1500)) }; return nil })
	whole,_ := os.ReadFile(path)
	whole = whole[:8*4096]
	end := time.Now().Add(20*time.Second)
	n:=0
	for time.Now().Before(end) {
		d := append([]byte{}, whole...)
		for range 1+rand.IntN(4) { d[rand.IntN(len(d))] = byte(rand.IntN(256)) }
		if rand.IntN(2)==0 { for range 8 { p:=rand.IntN(8)*4096+rand.IntN(100); d[p]=byte(rand.IntN(256))} }
		s:=time.Now()
		walk(d, 2, "keys")
		if x:=time.Since(s); x>100*time.Millisecond { fmt.Println("slow", x) ; os.WriteFile("/tmp/slow.bin", d, 0644) }
		n++
	}
	fmt.Println(n)
}
