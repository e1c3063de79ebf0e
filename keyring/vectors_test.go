package keyring_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/keyring"
)

type wanted struct {
	KID        string `json:"kid"`
	Alg        string `json:"alg"`
	Private    bool   `json:"private"`
	Thumbprint string `json:"thumbprint"`
}

// TestVectors reads the example keys of the RFCs.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../testdata/vectors/keys/*.json")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v struct {
				Key     json.RawMessage
				Want    []wanted
				Refused string
			}
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			keys, err := keyring.Parse(v.Key, keyring.ParseOptions{})
			if (err != nil) != (v.Refused != "") {
				t.Fatalf("error %v, want %q", err, v.Refused)
			}
			var got []wanted
			for _, k := range keys {
				got = append(got, wanted{k.ID(), k.Algorithm(), k.CanSign(), keyring.Thumbprint(k)})
			}
			if diff := cmp.Diff(v.Want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
