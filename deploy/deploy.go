// Package deploy holds what a city runs the desk with: images, Redis's configuration, city files. It has no code of its
// own; its tests hold the files to what the program demands.
package deploy
