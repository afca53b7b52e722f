// Package cities embeds the city files that the program carries, the national layer beneath them, and the catalogue of
// texts. They are data: what they mean is package triage/city's.
package cities

import (
	"embed"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// National is the layer beneath every city, with its file name.
func National() (name string, data []byte) { return must("_national.yaml") }

// Texts is the catalogue of texts, with its file name.
func Texts() (name string, data []byte) { return must("texts.ja.yaml") }

// City returns the file of a city that the program carries, or false.
func City(id string) (name string, data []byte, ok bool) {
	if id == "" || strings.ContainsAny(id, "./\\_") {
		return "", nil, false
	}
	data, err := files.ReadFile(id + ".yaml")
	return id + ".yaml", data, err == nil
}

// IDs lists the cities that the program carries.
func IDs() []string { return []string{"asahikawa", "usuki", "ashiya"} }

func must(name string) (string, []byte) {
	data, err := files.ReadFile(name)
	if err != nil {
		panic("cities: " + name + " is not embedded")
	}
	return name, data
}
